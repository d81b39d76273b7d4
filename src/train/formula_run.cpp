// A tape, forward and backward. Elementary operations are vectors over numbers; what goes across features (sums,
// selections) is a loop in the order of features, so no result depends on the width of vectors.
#include <algorithm>

#include "train/formula.hpp"

namespace trigloop::train {
namespace {

using Kind = TapeOperation::Kind;

std::size_t stride_of(std::size_t width) { return width == 1 ? 1 : padded(width); }

/// y of `width` features += or = the same features of x, whose rows stand elsewhere.
void copy_rows(const float* x, std::size_t x_stride, float* y, std::size_t y_stride, std::size_t width,
               std::size_t rows, bool add) {
  for (std::size_t r = 0; r < rows; ++r)
    for (std::size_t j = 0; j < width; ++j) {
      const float value = x[r * x_stride + j];
      y[r * y_stride + j] = add ? y[r * y_stride + j] + value : value;
    }
}

void sum_features(const float* x, std::size_t width, std::size_t rows, float* y, bool add) {
  for (std::size_t r = 0; r < rows; ++r) {
    float sum = add ? y[r] : 0.0f;
    for (std::size_t j = 0; j < width; ++j) sum += x[r * stride_of(width) + j];
    y[r] = sum;
  }
}

void spread(const float* x, std::size_t width, std::size_t rows, float* y, bool add) {
  for (std::size_t r = 0; r < rows; ++r)
    for (std::size_t j = 0; j < width; ++j) {
      float& to = y[r * stride_of(width) + j];
      to = add ? to + x[r] : x[r];
    }
}

}  // namespace

FormulaRun::FormulaRun(const Formula& formula) : formula_(formula) {
  std::size_t total = 0;
  for (const TapeOperation& op : formula.tape()) {
    place_.push_back(total);
    total += floats(op.width, chunk);
  }
  make_zeros(memory_, total);
  make_zeros(adjoints_, total);
  values_.resize(place_.size());
  reached_.resize(place_.size());
  for (std::size_t n = 0; n < place_.size(); ++n) {
    const TapeOperation& op = formula.tape()[n];
    values_[n] = memory_.data() + place_[n];
    if (op.kind != Kind::constant) continue;
    for (std::size_t r = 0; r < chunk; ++r)
      for (std::size_t j = 0; j < op.width; ++j)
        memory_[place_[n] + r * stride_of(op.width) + j] = static_cast<float>(op.values[j]);
  }
}

void FormulaRun::forward(std::size_t n, const float* const* inputs, std::size_t rows) {
  const TapeOperation& op = formula_.tape()[n];
  const auto width_of = [&](std::size_t operand) { return formula_.tape()[operand].width; };
  float* y = memory_.data() + place_[n];
  switch (op.kind) {
    case Kind::input:
      if (op.width > 1)
        values_[n] = inputs[op.a];
      else
        copy_rows(inputs[op.a], padded(1), y, 1, 1, rows, false);
      break;
    case Kind::constant:
      break;
    case Kind::elementary:
      kernel::apply(op.elementary, values_[op.a], values_[op.b], y, floats(op.width, rows));
      break;
    case Kind::sum:
      sum_features(values_[op.a], width_of(op.a), rows, y, false);
      break;
    case Kind::spread:
      spread(values_[op.a], op.width, rows, y, false);
      break;
    case Kind::select:
      for (std::size_t j = 0; j < op.width; ++j)
        copy_rows(values_[op.a] + op.index[j], stride_of(width_of(op.a)), y + j, stride_of(op.width), 1, rows, false);
      break;
    case Kind::stop:
      values_[n] = values_[op.a];
      break;
  }
}

double FormulaRun::sum(const float* const* inputs, std::size_t rows) {
  for (std::size_t n = 0; n < formula_.tape().size(); ++n) forward(n, inputs, rows);
  const std::size_t width = formula_.tape()[formula_.value()].width;
  double total = 0;
  for (std::size_t r = 0; r < rows; ++r)
    for (std::size_t j = 0; j < width; ++j)
      total += static_cast<double>(values_[formula_.value()][r * stride_of(width) + j]);
  return total / static_cast<double>(width);
}

void FormulaRun::find_reached(float* const* gradients) {
  for (std::size_t n = 0; n < reached_.size(); ++n) {
    const TapeOperation& op = formula_.tape()[n];
    const bool is_pair = op.kind == Kind::elementary && kernel::is_binary(op.elementary);
    if (op.kind == Kind::input)
      reached_[n] = gradients[op.a] != nullptr;
    else if (op.kind == Kind::constant || op.kind == Kind::stop)
      reached_[n] = 0;
    else
      reached_[n] = reached_[op.a] || (is_pair && reached_[op.b]);
  }
}

void FormulaRun::backward(std::size_t n, float* const* gradients, std::size_t rows) {
  const TapeOperation& op = formula_.tape()[n];
  const float* dy = adjoint(n);
  const auto width_of = [&](std::size_t operand) { return formula_.tape()[operand].width; };
  switch (op.kind) {
    case Kind::input:
      copy_rows(dy, stride_of(op.width), gradients[op.a], padded(op.width), op.width, rows, true);
      break;
    case Kind::elementary:
      kernel::apply_gradient(op.elementary, values_[op.a], values_[op.b], values_[n], dy, adjoint(op.a),
                             kernel::is_binary(op.elementary) ? adjoint(op.b) : nullptr, floats(op.width, rows));
      break;
    case Kind::sum:
      spread(dy, width_of(op.a), rows, adjoint(op.a), true);
      break;
    case Kind::spread:
      sum_features(dy, op.width, rows, adjoint(op.a), true);
      break;
    case Kind::select:
      for (std::size_t j = 0; j < op.width; ++j)
        copy_rows(dy + j, stride_of(op.width), adjoint(op.a) + op.index[j], stride_of(width_of(op.a)), 1, rows, true);
      break;
    case Kind::constant:
    case Kind::stop:
      break;
  }
}

void FormulaRun::add_gradients(float scale, float* const* gradients, std::size_t rows) {
  find_reached(gradients);
  const std::size_t last = formula_.value();
  if (!reached_[last]) return;
  for (std::size_t n = 0; n <= last; ++n)
    if (reached_[n]) std::fill_n(adjoint(n), floats(formula_.tape()[n].width, rows), 0.0f);
  const std::size_t width = formula_.tape()[last].width;
  for (std::size_t r = 0; r < rows; ++r)
    std::fill_n(adjoint(last) + r * stride_of(width), width, scale / static_cast<float>(width));
  for (std::size_t n = last + 1; n-- > 0;)
    if (reached_[n]) backward(n, gradients, rows);
}

}  // namespace trigloop::train
