#pragma once
// What a histogram of n entries is expected to look like, given n: so luminosity, and whatever else changes the number
// of entries alone, cancels (Lindon and Malek, arXiv:2011.03567).
//
//     counts | n ~ Dirichlet-multinomial(A p),   1/A = d + 1/a
//     p_b = m_b (1 + s_b z + c_b z^2),           z as in rate_model.hpp
//
// d is the dispersion between lumisections; 1/a says how well the reference knows the shares m, and grows with every
// histogram that is seen (as rate_model.hpp, for the same reason).
#include <cstddef>
#include <span>
#include <vector>

#include "watch/drift/dispersion.hpp"
#include "watch/drift/matrix.hpp"

namespace trigloop::watch::drift {

/// One lumisection's histogram.
struct Shape {
  std::vector<double> counts;
  double total = 0;
  double z = 0;
};

struct ShapeModel {
  std::vector<double> shares;              ///< m, adding to 1, none 0
  std::vector<double> slopes, curvatures;  ///< s and c; empty: no dependence on pile-up
  double entries = 1;                      ///< a: how many independent entries the shares are worth
  Dispersion dispersion;                   ///< d; `upper` is used

  double concentration(double z) const noexcept;  ///< A
  /// Shares at a pile-up, into `out`, of the shares `of` at the mean one.
  void at(double z, std::span<const double> of, std::span<double> out) const noexcept;
  /// How many independent entries a histogram of n entries is worth.
  double worth(double n) const noexcept;
  void update(const Shape& seen) noexcept;

 private:
  double factor(std::size_t bin, double z) const noexcept;  ///< p / m
};

/// The dispersion is measured along each of the `alternatives` (shares); the largest counts. `terms`: 1, if shares do
/// not depend on pile-up; 2 and 3: linearly, with a curvature.
ShapeModel fit_shape(std::span<const Shape> shapes, const std::vector<std::vector<double>>& alternatives,
                     std::size_t terms);

}  // namespace trigloop::watch::drift
