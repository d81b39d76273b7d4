#include "train/monitor.hpp"

#include <algorithm>
#include <cmath>

#include "model/normalisation.hpp"

namespace trigloop::train {

std::int64_t score_code(double score) {
  static const core::FixedPoint type = model::score_type();
  static const auto low = static_cast<double>(type.min_code()), high = static_cast<double>(type.max_code());
  static const double codes = std::ldexp(1.0, type.fraction());
  // Adding and taking away 1.5 x 2^52 rounds to an integer, half to even, without a call.
  constexpr double magic = 0x1.8p52;
  const double clamped = std::min(high, std::max(low, score * codes));
  return static_cast<std::int64_t>((clamped + magic) - magic);
}

double threshold(const Scored& background, evaluate::Kind kind, double khz, const evaluate::Crossings& crossings) {
  const core::FixedPoint type = model::score_type();
  const auto low = static_cast<std::int64_t>(type.min_code()), high = static_cast<std::int64_t>(type.max_code());
  evaluate::Scores scores{{type.fraction(), low, high}, {type.fraction(), low, high}};
  for (std::size_t e = 0; e < background.scores.size(); ++e) {
    const std::int64_t code = score_code(background.scores[e]);
    scores.all.count(code, 1);
    if (background.fired.empty() || background.fired[e] == 0) scores.pure.count(code, 1);
  }
  const evaluate::Ranks ranks(scores);
  return evaluate::PackageRule(ranks, crossings).threshold(kind, khz).score;
}

Efficiency efficiency(const Scored& signal, double threshold) {
  const core::FixedPoint type = model::score_type();
  double raw = 0, pure = 0;
  for (std::size_t e = 0; e < signal.scores.size(); ++e) {
    const double score = std::ldexp(static_cast<double>(score_code(signal.scores[e])), -type.fraction());
    if (!(score > threshold)) continue;
    ++raw;
    if (signal.fired.empty() || signal.fired[e] == 0) ++pure;
  }
  const double share = 100 / std::max(1.0, static_cast<double>(signal.scores.size()));
  return {raw * share, pure * share};
}

}  // namespace trigloop::train
