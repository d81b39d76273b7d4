#pragma once
// Evidence for one alternative, lumisection by lumisection.
//
// An e-value L is a non-negative number whose expectation is at most 1 as long as nothing changed; here always a ratio
// of likelihoods, alternative to reference. The Shiryaev-Roberts e-detector
//
//     M_t = (M_{t-1} + 1) L_t,  M_0 = 0
//
// has the property that M_t - t is a supermartingale, so that E[M_T] <= E[T] for any stopping time T: who stops at
// M >= A is stopped, without a change, no more often than once in A lumisections on average. The same holds for every
// average of such detectors, whatever the dependence between them (Shin, Ramdas, Rinaldo, "E-detectors: a
// nonparametric framework for sequential change detection", New England Journal of Statistics in Data Science, 2023).
//
// Beside it runs the CUSUM of the log ratio: where it last left zero is the estimate of when the change began (Page,
// Biometrika 41, 1954).
#include <algorithm>
#include <cmath>
#include <cstdint>

namespace trigloop::watch::drift {

struct Evidence {
  double sr = 0;            ///< M_t
  double cusum = 0;         ///< log of the likelihood ratio since `since`, at least 0
  std::uint64_t since = 0;  ///< observation with which the present excursion of the CUSUM began

  /// Takes observation number `now`. True, if an excursion begins with it.
  bool step(double log_e, std::uint64_t now) noexcept {
    constexpr double largest = 1e300;  // far beyond any threshold, and finite
    sr = std::min((sr + 1) * std::exp(log_e), largest);
    const bool begins = cusum <= 0;
    if (begins) since = now;
    cusum = std::max(0.0, cusum + log_e);
    return begins;
  }
  void restart() noexcept { *this = {}; }
};

}  // namespace trigloop::watch::drift
