#pragma once
// Scores that few of 10^10 events exceed: counted as far as events go, and carried on by the fitted tail.
#include <cstdint>
#include <optional>
#include <vector>

#include "evaluate/tail.hpp"
#include "score/spectrum.hpp"

namespace trigloop::watch {

struct RareScore {
  double share = 0;  ///< of the events
  std::optional<std::int64_t>
      counted;                    ///< the smallest code that no more than this share reaches; none below 10 events
  evaluate::Extrapolated fitted;  ///< code and error by the fit; marked as an extrapolation wherever it is shown
};

struct RareScores {
  std::optional<evaluate::TailFit> fit;  ///< none, if there are too few events
  std::vector<RareScore> scores;         ///< shares 10^-4 .. 10^-9 within the fitted part; empty without a fit
};

RareScores rare_scores(const score::Spectrum& spectrum);

}  // namespace trigloop::watch
