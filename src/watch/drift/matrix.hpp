#pragma once
// Three by three at most: the terms 1, z, z^2 of what depends on pile-up.
#include <array>
#include <cstddef>

namespace trigloop::watch::drift {

inline constexpr std::size_t most_terms = 3;
using Terms = std::array<double, most_terms>;
using Matrix = std::array<Terms, most_terms>;

/// 1, z, z^2 as far as `terms` goes; then 0.
inline Terms powers(double z, std::size_t terms) noexcept { return {1, terms > 1 ? z : 0, terms > 2 ? z * z : 0}; }

inline double dot(const Terms& a, const Terms& b) noexcept { return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]; }

inline Terms times(const Matrix& m, const Terms& v) noexcept { return {dot(m[0], v), dot(m[1], v), dot(m[2], v)}; }

/// Adds weight x v v^T.
inline void add_outer(Matrix& m, const Terms& v, double weight) noexcept {
  for (std::size_t i = 0; i < most_terms; ++i) {
    for (std::size_t j = 0; j < most_terms; ++j) m[i][j] += weight * v[i] * v[j];
  }
}

/// Inverse of the leading n x n part of a symmetric positive matrix, by Gauss and Jordan; the rest is 0.
inline Matrix inverse(Matrix m, std::size_t n) noexcept {
  Matrix inverse{};
  for (std::size_t i = 0; i < n; ++i) inverse[i][i] = 1;
  for (std::size_t i = 0; i < n; ++i) {
    const double pivot = m[i][i] + 1e-300;
    for (std::size_t j = 0; j < n; ++j) {
      m[i][j] /= pivot;
      inverse[i][j] /= pivot;
    }
    for (std::size_t r = 0; r < n; ++r) {
      const double factor = m[r][i];
      if (r == i) continue;
      for (std::size_t j = 0; j < n; ++j) {
        m[r][j] -= factor * m[i][j];
        inverse[r][j] -= factor * inverse[i][j];
      }
    }
  }
  return inverse;
}

}  // namespace trigloop::watch::drift
