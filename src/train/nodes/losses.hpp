#pragma once
// Losses: nodes at the end. Each adds weight x its mean over the batch to the total, and starts the gradients.
#include <array>
#include <mutex>

#include "train/formula/formula.hpp"
#include "train/nodes/moments.hpp"
#include "train/nodes/node.hpp"

namespace trigloop::train {

class Loss : public Node {
 public:
  Loss() { makes_output = false; }
  std::vector<Term> terms() const override { return terms_; }

 protected:
  /// Sums of a block, `width` floats that its view adds to.
  float* sums(const Work& work) { return sums_.data() + (work.view * blocks_ + work.block) * width_; }
  void make_sums(std::size_t blocks, std::size_t views, std::size_t width);
  /// All sums of the batch, block after block, as one number.
  double total(const Step& step) const;

  std::vector<Term> terms_;

 private:
  std::size_t blocks_ = 0, width_ = 0;
  Floats sums_;
};

/// The mean over events and features of (x - target)^2 or |x - target|. Inputs: x, target.
class Reconstruction final : public Loss {
 public:
  enum class Kind : std::uint8_t { squared, absolute };
  Reconstruction(std::string name, Kind kind, std::size_t features, double weight);
  void resize(std::size_t blocks, std::size_t views) override { make_sums(blocks, views, 16); }
  void forward(const Work& work) override;
  void backward(const Work& work) override;
  double loss(const Step& step) override;

 private:
  Kind kind_;
  double weight_;
};

/// The divergence of the sampled distributions from a standard normal: -1/2 the mean over events and features of
/// 1 + l - m^2 - exp(l). Inputs: means m, logarithms of variances l.
class Divergence final : public Loss {
 public:
  Divergence(std::string name, std::size_t features, double weight);
  void resize(std::size_t blocks, std::size_t views) override { make_sums(blocks, views, 16); }
  void forward(const Work& work) override;
  void backward(const Work& work) override;
  double loss(const Step& step) override;

 private:
  double weight_;
};

/// VICReg of two views (Bardes, Ponce, LeCun): invariance (mean squared difference), spread (the mean of
/// max(0, 1 - deviation), half for each view), and covariance (squares off the diagonal, over features).
class Vicreg final : public Loss {
 public:
  struct Weights {
    double invariance = 50, spread = 50, covariance = 1;
  };
  Vicreg(std::string name, std::size_t features, const Weights& weights);
  const Weights& weights() const noexcept { return weights_; }
  void resize(std::size_t blocks, std::size_t views) override;
  std::size_t scratch_floats() const override { return moments_.scratch_floats(); }
  bool needs_batch() const override { return true; }
  void gather(const Work& work) override;
  void merge(const Step& step, const InParts& in_parts) override;
  void forward(const Work&) override {}
  void backward(const Work& work) override;
  double loss(const Step&) override { return loss_; }
  std::size_t multiply_adds() const override { return 3 * features * features; }

 private:
  Weights weights_;
  double loss_ = 0;
  Moments moments_;
  Floats gradient_, start_;  ///< of each view: of z, a matrix of z and a constant
};

/// VICReg and its gradients by the covariances Z of both views.
struct VicregOfMoments {
  double loss = 0;
  std::array<double, 3> terms{};         ///< invariance, spread, covariance
  std::array<DoubleMatrix, 2> gradient;  ///< of spread and covariance by Z
};
/// `apart` are the mean squared differences of views; only their sum counts.
VicregOfMoments vicreg_of_moments(const std::array<const DoubleMatrix*, 2>& z, const std::vector<double>& apart,
                                  double events, const Vicreg::Weights& weights);

/// Reconstruction of momenta: the mean over events and objects of |pt - pt'| + |pt sinh(eta) - pt' sinh(eta')|, pt in
/// hardware units and eta in its own, both undone from the normalisation ("cyl_PtPz_mae"). Inputs: x, target.
class MomentumReconstruction final : public Loss {
 public:
  /// Of each object: hardware value = x scale + bias, for pt; the same for eta, times its unit.
  struct Object {
    float pt_scale, pt_bias, eta_scale, eta_bias;
  };
  MomentumReconstruction(std::string name, std::vector<Object> objects, double weight);
  void resize(std::size_t blocks, std::size_t views) override;
  void forward(const Work& work) override;
  void backward(const Work& work) override;
  double loss(const Step& step) override;

 private:
  struct Compared;
  Compared compare(const Work& work, std::size_t object, std::size_t event);
  /// exp(eta) of a block's objects, of the input `which`.
  float* powers(const Work& work, std::size_t which);
  void find_powers(const Work& work, std::size_t which);

  std::vector<Object> objects_;
  double weight_;
  std::size_t blocks_ = 0;
  Floats powers_;
};

/// Softmax cross-entropy: the mean over events of -log(softmax(x)[class]). Inputs: logits x, one-hot classes.
class CrossEntropy final : public Loss {
 public:
  CrossEntropy(std::string name, std::size_t features, double weight);
  void resize(std::size_t blocks, std::size_t views) override;
  void forward(const Work& work) override;
  void backward(const Work& work) override;
  double loss(const Step& step) override;

 private:
  float* shares(const Work& work) {
    return shares_.data() + (work.view * blocks_ + work.block) * features * feature_stride;
  }

  double weight_;
  std::size_t blocks_ = 0;
  Floats shares_;
};

/// An expression of tensors (formula.hpp), its mean over events. Inputs: those of the formula, in its order.
class FormulaLoss final : public Loss {
 public:
  FormulaLoss(std::string name, Formula formula, double weight);
  void resize(std::size_t blocks, std::size_t views) override { make_sums(blocks, views, 16); }
  void forward(const Work&) override {}
  void backward(const Work& work) override;
  double loss(const Step& step) override;

 private:
  void start_gradient(const Work& work, std::size_t input);
  std::unique_ptr<FormulaRun> borrow();

  Formula formula_;
  double weight_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<FormulaRun>> idle_;  ///< as many as there were threads; taken once a block
};

}  // namespace trigloop::train
