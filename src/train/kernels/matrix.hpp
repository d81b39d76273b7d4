#pragma once
// Small matrices in double precision: the algebra that a step does with the moments of a batch.
#include <vector>

#include "train/kernels/kernels.hpp"
#include "train/kernels/rows.hpp"

namespace trigloop::train {

/// Rows are padded with zeros to 16 numbers.
class DoubleMatrix {
 public:
  DoubleMatrix() = default;
  DoubleMatrix(std::size_t rows, std::size_t columns)
      : rows_(rows), columns_(columns), values_(rows * padded(columns), 0.0) {}

  std::size_t rows() const noexcept { return rows_; }
  std::size_t columns() const noexcept { return columns_; }
  std::size_t stride() const noexcept { return padded(columns_); }
  double* data() noexcept { return values_.data(); }
  const double* data() const noexcept { return values_.data(); }
  double& operator()(std::size_t i, std::size_t j) { return values_[i * stride() + j]; }
  double operator()(std::size_t i, std::size_t j) const { return values_[i * stride() + j]; }

  DoubleMatrix transposed() const {
    DoubleMatrix out(columns_, rows_);
    for (std::size_t i = 0; i < rows_; ++i)
      for (std::size_t j = 0; j < columns_; ++j) out(j, i) = (*this)(i, j);
    return out;
  }
  /// Column j times factors[j].
  DoubleMatrix scaled(const std::vector<double>& factors) const {
    DoubleMatrix out = *this;
    for (std::size_t i = 0; i < rows_; ++i)
      for (std::size_t j = 0; j < columns_; ++j) out(i, j) *= factors[j];
    return out;
  }
  DoubleMatrix& operator+=(const DoubleMatrix& other) {
    for (std::size_t k = 0; k < values_.size(); ++k) values_[k] += other.values_[k];
    return *this;
  }

 private:
  std::size_t rows_ = 0, columns_ = 0;
  std::vector<double> values_;
};

inline DoubleMatrix operator*(const DoubleMatrix& a, const DoubleMatrix& b) {
  DoubleMatrix out(a.rows(), b.columns());
  kernel::multiply({a.rows(), a.columns(), b.columns(), a.data(), a.stride(), 1, b.data(), b.stride(), out.data(),
                    out.stride(), false});
  return out;
}

/// out += the transpose of a, times b.
inline void add_transposed_product(const DoubleMatrix& a, const DoubleMatrix& b, DoubleMatrix& out) {
  kernel::multiply({a.columns(), a.rows(), b.columns(), a.data(), 1, a.stride(), b.data(), b.stride(), out.data(),
                    out.stride(), true});
}

}  // namespace trigloop::train
