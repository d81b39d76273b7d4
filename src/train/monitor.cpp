#include "train/monitor.hpp"

#include <algorithm>
#include <cmath>

#include "evaluate/thresholds.hpp"
#include "model/normalisation.hpp"

namespace trigloop::train {

std::int64_t score_code(double score) {
  static const core::FixedPoint type = model::score_type();
  static const auto low = static_cast<double>(type.min_code()), high = static_cast<double>(type.max_code());
  const double code = std::nearbyint(std::ldexp(score, type.fraction()));
  return static_cast<std::int64_t>(std::fmin(std::fmax(code, low), high));
}

double pure_threshold(const Scored& background, double khz, const evaluate::Crossings& crossings) {
  const core::FixedPoint type = model::score_type();
  const auto low = static_cast<std::int64_t>(type.min_code()), high = static_cast<std::int64_t>(type.max_code());
  evaluate::Scores scores{{type.fraction(), low, high}, {type.fraction(), low, high}};
  for (std::size_t e = 0; e < background.scores.size(); ++e) {
    const std::int64_t code = score_code(background.scores[e]);
    scores.all.count(code, 1);
    if (background.fired.empty() || background.fired[e] == 0) scores.pure.count(code, 1);
  }
  const evaluate::Ranks ranks(scores);
  return evaluate::PackageRule(ranks, crossings).threshold(evaluate::Kind::pure, khz).score;
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
