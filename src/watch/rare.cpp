#include "watch/rare.hpp"

#include <algorithm>
#include <cmath>

namespace trigloop::watch {
namespace {

constexpr std::int64_t saturated_code = (1 << 18) - 1;  // of the 18-bit score of the trigger
constexpr double least_events = 10;
constexpr std::uint64_t fitted_events = 4000;

}  // namespace

RareScores rare_scores(const score::Spectrum& spectrum) {
  RareScores rare;
  const std::uint64_t total = spectrum.total();
  if (total == 0) return rare;
  rare.fit = evaluate::fit_tail(spectrum, total, saturated_code, std::min(fitted_events, total / 20));
  if (!rare.fit) return rare;
  const score::Cumulative cumulative(spectrum);
  const double fitted_share = static_cast<double>(rare.fit->events) / static_cast<double>(total);
  for (int power = 4; power <= 9; ++power) {
    RareScore one;
    one.share = std::pow(10.0, -power);
    if (one.share >= fitted_share) continue;
    const double events = one.share * static_cast<double>(total);
    if (events >= least_events) one.counted = cumulative.threshold(static_cast<std::uint64_t>(events));
    one.fitted = evaluate::extrapolate(*rare.fit, one.share);
    rare.scores.push_back(one);
  }
  return rare;
}

}  // namespace trigloop::watch
