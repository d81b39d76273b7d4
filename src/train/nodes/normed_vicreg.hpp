#pragma once
// What stands for VICReg and the layer and batch norm in front of it while they train.
#include "train/nodes/layers.hpp"
#include "train/nodes/losses.hpp"
#include "train/nodes/moments.hpp"

namespace trigloop::train {

class NormedVicreg final : public Loss {
 public:
  /// All must outlive it; `norm` has no ReLU.
  NormedVicreg(Dense& dense, BatchNorm& norm, const Vicreg& loss, Parameters& parameters);

  void resize(std::size_t blocks, std::size_t views) override;
  std::size_t scratch_floats() const override { return moments_.scratch_floats(); }
  void begin(const Step& step) override { dense_.begin(step); }
  void finish(const Step& step, float* gradients) override { dense_.finish(step, gradients); }
  bool needs_batch() const override { return true; }
  void gather(const Work& work) override { moments_.gather(work, inputs[0]); }
  void merge(const Step& step, const InParts& in_parts) override;
  void forward(const Work&) override {}
  void backward(const Work& work) override;
  double loss(const Step&) override { return loss_; }
  std::size_t multiply_adds() const override { return 8 * in_features * in_features - 2 * in_features * in_features; }

 private:
  /// A view's normalised layer in terms of its input's moments.
  struct View {
    std::vector<double> mean, variance, inverse, scale;  ///< of each output; 1 / deviation; times gamma
    DoubleMatrix spread;                                 ///< covariance of the input times W
    DoubleMatrix covariance;                             ///< of the output
    DoubleMatrix slope;                                  ///< d loss / d (W scale)
    DoubleMatrix dw;                                     ///< its share of the gradient of W ...
    std::vector<double> dgamma;                          ///< ... and of gamma
  };
  /// Between the views: the covariance and its transpose, times W.
  struct Mixed {
    DoubleMatrix of[2];
  };
  View normalised(std::size_t view, const DoubleMatrix& w) const;
  /// Sets `both` to dL/dX times the scales of both views; returns the gradients of the views' covariances.
  VicregOfMoments take_loss(const View (&views)[2], const Mixed& mixed, const DoubleMatrix& w, double events,
                            std::vector<double>& both);
  /// Sets the gradients of W and gamma; returns d loss / d variance of each output of the layer.
  std::vector<double> take_weights(View& view, const DoubleMatrix& w) const;
  double per_feature() const { return weights_.invariance / static_cast<double>(features); }
  void set_gradient(std::size_t view, const DoubleMatrix& own, const DoubleMatrix& other, double events);

  Dense& dense_;
  BatchNorm& norm_;
  Parameters& parameters_;
  Vicreg::Weights weights_;
  Moments moments_;
  double loss_ = 0;
  View views_[2];
  struct Gradient {
    Floats own, other, start;  ///< of the input: a matrix of this view, of the other view, and a constant
  };
  Gradient gradients_[2];
};

}  // namespace trigloop::train
