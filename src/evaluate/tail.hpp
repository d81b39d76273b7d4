#pragma once
// Thresholds where few events are left: the highest scores are fitted by a generalised Pareto distribution, the law
// that exceedances over a high level follow in the limit (Pickands, Ann. Statist. 3, 1975), by maximum likelihood, and
// the fit is carried on to rarer events. It is an extrapolation, and is always marked as one.
//
//     P(excess > y) = (1 + shape y / scale)^(-1/shape)
//
// Codes are integers, and taken at the middle of their bins. Events at the largest code that the type holds are
// saturated: of these it is only known that they are there or above.
#include <cstdint>
#include <optional>
#include <span>

#include "score/spectrum.hpp"

namespace trigloop::evaluate {

struct TailFit {
  std::int64_t level = 0;    ///< the code from which on events were fitted
  std::uint64_t events = 0;  ///< how many, saturated ones included
  std::uint64_t saturated = 0;
  std::uint64_t total = 0;  ///< of the sample
  double shape = 0, scale = 0;
  double shape_error = 0, log_scale_error = 0, covariance = 0;  ///< of shape and log(scale), from the likelihood
};

struct Extrapolated {
  double code = 0, error = 0;
};

/// Fits about the `wanted` highest events of the spectrum, of a sample of `total`. Codes from `highest` on are
/// saturated. Nothing, if fewer than 30 unsaturated events or fewer than 5 different codes are there, or if the
/// likelihood has no regular maximum (shape above -1/2).
std::optional<TailFit> fit_tail(const score::Spectrum& spectrum, std::uint64_t total, std::int64_t highest,
                                std::uint64_t wanted = 400);

/// The code that a share of all events exceeds, with its error from the fit and from the number of fitted events.
Extrapolated extrapolate(const TailFit& fit, double share);

}  // namespace trigloop::evaluate
