#pragma once
// Distances and masses as exact integers, the way the uGT makes them: from tables of rounded decimals over differences
// of codes. All objects come to one grid, quarters of a calorimeter bin, which are a muon's bins: eta in units of
// 0.010875, phi in 576ths of a turn. A calorimeter object stands at the centre of its bin (code n at 4 n + 2), so that
// differences between calorimeter objects are those of their codes.
//
//     dEta, dPhi   thousandths, rounded to nearest
//     dR^2         dEta^2 + dPhi^2, millionths
//     mass^2       p_i p_j (cosh dEta - cos dPhi), p in 0.5 GeV, cosh and cos rounded to 1e-4: 20,000 x mass^2 / GeV^2
//
// cosh is monotonous, so a wrong code in a file (|dEta| beyond 1023 units, 11.1) is taken as 1023: the largest term is
// then 2^30 x 3.5e8, and sums of 15 pairs fit int64.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <numbers>

namespace trigloop::menu {

inline constexpr std::int32_t phi_turn = 576;  ///< muon phi bins
inline constexpr std::int32_t largest_d_eta = 1023;
inline constexpr double calo_eta_unit = 0.0435, muon_eta_unit = 0.010875;

/// An object on the common grid.
struct Point {
  std::int32_t pt = 0;   ///< 0.5 GeV, without a muon's offset
  std::int32_t eta = 0;  ///< 0.010875
  std::int32_t phi = 0;  ///< 2 pi / 576, in [0, 576)
  std::int32_t charge = 0;
};

constexpr std::int32_t wrap_phi(std::int64_t phi) noexcept {
  if (phi >= 0 && phi < phi_turn) return static_cast<std::int32_t>(phi);  // nearly always; a division is slow
  const auto rest = static_cast<std::int32_t>(phi % phi_turn);
  return rest < 0 ? rest + phi_turn : rest;
}

class DistanceTables {
 public:
  static const DistanceTables& get() {
    static const DistanceTables tables;
    return tables;
  }
  std::int64_t d_eta(std::size_t steps) const noexcept { return d_eta_[steps]; }
  std::int64_t d_phi(std::size_t steps) const noexcept { return d_phi_[steps]; }
  std::int64_t cosh(std::size_t steps) const noexcept { return cosh_[steps]; }
  std::int64_t cos(std::size_t steps) const noexcept { return cos_[steps]; }

 private:
  DistanceTables() noexcept {
    for (std::size_t i = 0; i < d_eta_.size(); ++i) {
      const double eta = static_cast<double>(i) * muon_eta_unit;
      d_eta_[i] = std::llround(eta * 1e3);
      cosh_[i] = std::llround(std::cosh(eta) * 1e4);
    }
    for (std::size_t i = 0; i < d_phi_.size(); ++i) {
      const double phi = static_cast<double>(i) * 2 * std::numbers::pi / phi_turn;
      d_phi_[i] = std::llround(phi * 1e3);
      cos_[i] = std::llround(std::cos(phi) * 1e4);
    }
  }
  std::array<std::int64_t, largest_d_eta + 1> d_eta_, cosh_;
  std::array<std::int64_t, phi_turn / 2 + 1> d_phi_, cos_;
};

/// Everything that a correlation can ask of two objects.
class Distance {
 public:
  Distance(const Point& a, const Point& b) noexcept
      : steps_eta_(static_cast<std::size_t>(std::min(std::abs(a.eta - b.eta), largest_d_eta))),
        steps_phi_(static_cast<std::size_t>(turn(std::abs(a.phi - b.phi)))),
        pts_(std::int64_t{a.pt} * b.pt) {}

  std::int64_t d_eta() const noexcept { return tables().d_eta(steps_eta_); }
  std::int64_t d_phi() const noexcept { return tables().d_phi(steps_phi_); }
  std::int64_t d_r2() const noexcept { return d_eta() * d_eta() + d_phi() * d_phi(); }
  std::int64_t mass2() const noexcept { return pts_ * (tables().cosh(steps_eta_) - tables().cos(steps_phi_)); }

 private:
  static const DistanceTables& tables() noexcept { return DistanceTables::get(); }
  static constexpr std::int32_t turn(std::int32_t steps) noexcept { return std::min(steps, phi_turn - steps); }
  std::size_t steps_eta_, steps_phi_;
  std::int64_t pts_;
};

}  // namespace trigloop::menu
