#pragma once
// Means and covariances of a tensor over a batch.
//
// What follows a layer and needs only means and variances of its output can have them from the moments of the layer's
// input, before the output is made: the mean of W x is W times the mean of x, its covariance is W C W'. So batch norm
// behind a layer becomes part of the layer's weights (dense_norm.cpp), and VICReg behind both needs neither's output
// (normed_vicreg.cpp).
//
// Each block is centred on its own mean before it is squared, as E[x^2] - E[x]^2 would cancel where a mean is large
// against the spread; blocks are merged by the rule for sums of squares about different means.
#include "train/kernels/matrix.hpp"
#include "train/nodes/node.hpp"

namespace trigloop::train {

class Moments {
 public:
  /// `crossed`: also of the first view with the second.
  void resize(std::size_t features, std::size_t blocks, std::size_t views, bool crossed);
  /// What `gather` needs of Work::scratch.
  std::size_t scratch_floats() const { return views_ * features_ * feature_stride; }
  /// Of a block, all views.
  void gather(const Work& work, TensorId tensor);
  /// First the means, then the products of each matrix: those of views, and between them.
  void merge_means(const Step& step);
  void merge_products(const Step& step, std::size_t matrix);
  void merge(const Step& step, const InParts& in_parts);
  std::size_t matrices() const { return views_ + crossed_; }

  // Of the batch. Covariances are means of products.
  const std::vector<double>& mean(std::size_t view) const { return means_[view]; }
  const DoubleMatrix& covariance(std::size_t view) const { return covariances_[view]; }
  const DoubleMatrix& cross() const { return covariances_[views_]; }

 private:
  std::size_t width() const { return padded(features_); }
  float* mean_of(std::size_t block, std::size_t view) {
    return block_means_.data() + (block * views_ + view) * width();
  }
  float* products_of(std::size_t slot, std::size_t matrix) {
    return products_.data() + (slot * matrices() + matrix) * features_ * width();
  }

  std::size_t features_ = 0, views_ = 0;
  bool crossed_ = false;
  Floats block_means_, products_;  ///< of each block; of each slot
  std::vector<std::vector<double>> means_;
  std::vector<DoubleMatrix> away_;         ///< of each view: how far the means of blocks are from that of the batch
  std::vector<DoubleMatrix> covariances_;  ///< of each view; then crossed
};

}  // namespace trigloop::train
