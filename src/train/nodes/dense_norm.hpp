#pragma once
// What stands for a layer and the batch norm behind it while they train.
#include "train/nodes/layers.hpp"
#include "train/nodes/moments.hpp"

namespace trigloop::train {

class DenseNorm final : public Node {
 public:
  /// Both must outlive it; they keep their parameters and their moving moments.
  DenseNorm(Dense& dense, BatchNorm& norm, Parameters& parameters);
  /// Whether moments cost less than they save: they grow with the square of the inputs.
  static bool pays(const Dense& dense) { return 2 * dense.in_features <= dense.features; }

  void resize(std::size_t blocks, std::size_t views) override;
  std::size_t scratch_floats() const override { return moments_.scratch_floats(); }
  void begin(const Step& step) override { dense_.begin(step); }
  void finish(const Step& step, float* gradients) override { dense_.finish(step, gradients); }
  bool is_cheap() const override { return true; }
  bool needs_batch() const override { return true; }
  void gather(const Work& work) override;
  void merge(const Step& step, const InParts& in_parts) override;
  void forward(const Work& work) override;
  bool gradient_needs_batch() const override { return true; }
  bool gradient_reads_output() const override { return norm_.relu(); }
  void gather_gradient(const Work& work) override;
  bool begins_gradient() const override { return true; }
  void merge_gradient(const Step& step, float* weight_gradients) override;
  void backward(const Work& work) override;
  std::size_t multiply_adds() const override;

 private:
  struct View {
    Floats weights, offsets;      ///< with the norm in them
    Floats own, start;            ///< of the input's gradient: a matrix of the input itself, and a constant
    Floats sums;                  ///< of each slot: of the gradient, then of input times gradient
    std::vector<double> inverse;  ///< deviations
  };
  DoubleMatrix weights() const;
  std::size_t sum_floats() const { return (1 + in_features) * padded(features); }
  void set_gradient(View& view, const DoubleMatrix& w, const std::vector<double>& pull,
                    const std::vector<double>& level, const std::vector<double>& mean) const;

  Dense& dense_;
  BatchNorm& norm_;
  Parameters& parameters_;
  Moments moments_;
  std::size_t blocks_ = 0;
  std::vector<View> views_;
};

}  // namespace trigloop::train
