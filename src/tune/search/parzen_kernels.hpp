#pragma once
// The sum over kernels of a Parzen estimator at several points, in vectors.
//
// Kernels are taken in tiles that stay in the first cache while all points visit them. A point keeps the greatest
// exponent seen and the sum relative to it, in eight lanes whatever the machine, so AVX2 and AVX-512 give the same
// bits.
#include <cstddef>
#include <cstdint>
#include <vector>

namespace trigloop::tune {

/// The kernels: exp(base + sum of terms) times weight each. Pointers lead to one value a kernel.
struct KernelTerms {
  /// -((at[point] - mean) inverse)^2
  struct Normal {
    const double *mean, *inverse;
    std::vector<double> at;
  };
  /// rows[point][shape]
  struct Table {
    const std::uint32_t* shape;
    std::vector<const double*> rows;
  };
  const double *base, *weight;
  std::size_t kernels;
  std::vector<Normal> normals;
  std::vector<Table> tables;
};

/// The logarithm of the sum of all kernels at each of `points` points.
std::vector<double> log_sum(const KernelTerms& terms, std::size_t points);

}  // namespace trigloop::tune
