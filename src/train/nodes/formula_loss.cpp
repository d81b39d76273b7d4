#include "train/nodes/losses.hpp"

namespace trigloop::train {

FormulaLoss::FormulaLoss(std::string loss, Formula formula, double weight)
    : formula_(std::move(formula)), weight_(weight) {
  name = std::move(loss);
  in_features = features = formula_.inputs().front().features;
  joint_views = formula_.joins_views();
  terms_ = {{name, 0}};
}

/// Zeros where this node is the first to write.
void FormulaLoss::start_gradient(const Work& work, std::size_t input) {
  if (!wants(input) || adds(input)) return;
  const std::size_t floats = formula_.inputs()[input].features * feature_stride;
  for (std::size_t view = 0; view < work.step->views; ++view)
    if (joint_views || view == work.view) std::fill_n(work.gradient(inputs[input], view), floats, 0.0f);
}

std::unique_ptr<FormulaRun> FormulaLoss::borrow() {
  const std::lock_guard lock(mutex_);
  if (idle_.empty()) return std::make_unique<FormulaRun>(formula_);
  auto run = std::move(idle_.back());
  idle_.pop_back();
  return run;
}

/// Values and gradients together, so that values need not be kept.
void FormulaLoss::backward(const Work& work) {
  const std::vector<FormulaInput>& read = formula_.inputs();
  std::vector<Strided<const float>> values(read.size());
  std::vector<Strided<float>> gradients(read.size());
  for (std::size_t k = 0; k < read.size(); ++k) start_gradient(work, k);
  auto run = borrow();
  double sum = 0;
  const auto scale = static_cast<float>(weight_ / static_cast<double>(work.step->events));
  for (std::size_t first = 0; first < work.rows; first += FormulaRun::chunk) {
    const std::size_t rows = std::min(FormulaRun::chunk, work.rows - first);
    for (std::size_t k = 0; k < read.size(); ++k) {
      const std::size_t view = read[k].view < 0 ? work.view : static_cast<std::size_t>(read[k].view);
      values[k] = {work.value(inputs[k], view) + first, 1, feature_stride};
      gradients[k] = {wants(k) ? work.gradient(inputs[k], view) + first : nullptr, 1, feature_stride};
    }
    sum += run->sum(values.data(), rows);
    run->add_gradients(scale, gradients.data(), rows);
  }
  sums(work)[0] = static_cast<float>(sum);
  const std::lock_guard lock(mutex_);
  idle_.push_back(std::move(run));
}

double FormulaLoss::loss(const Step& step) {
  terms_[0].value = total(step) / static_cast<double>(step.events);
  return weight_ * terms_[0].value;
}

}  // namespace trigloop::train
