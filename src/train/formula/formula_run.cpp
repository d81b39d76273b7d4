// A tape, forward and backward. Vectors run along events; sums over features are made in the order of features. So no
// result depends on the width of vectors.
#include <algorithm>

#include "train/formula/formula.hpp"

namespace trigloop::train {
namespace {

using Kind = TapeOperation::Kind;
using kernel::Elementary;

constexpr std::size_t chunk = FormulaRun::chunk;

/// to += from, of a feature of all events.
void add(const float* from, float* to) { kernel::apply(Elementary::add, to, from, to, chunk); }

}  // namespace

FormulaRun::FormulaRun(const Formula& formula) : formula_(formula), reached_(formula.tape().size()) {
  std::size_t total = 0;
  for (const TapeOperation& op : formula.tape()) {
    place_.push_back(total);
    total += op.width * chunk;
  }
  make_zeros(values_, total);
  make_zeros(adjoints_, total);
  for (std::size_t n = 0; n < place_.size(); ++n)
    for (std::size_t j = 0; j < formula.tape()[n].values.size(); ++j)
      std::fill_n(value(n) + j * chunk, chunk, static_cast<float>(formula.tape()[n].values[j]));
}

void FormulaRun::forward(std::size_t n, const Strided<const float>* inputs, std::size_t events) {
  const TapeOperation& op = formula_.tape()[n];
  float* y = value(n);
  const float* x = value(op.a);
  switch (op.kind) {
    case Kind::input:
      for (std::size_t j = 0; j < op.width; ++j)
        for (std::size_t e = 0; e < events; ++e)
          y[j * chunk + e] = inputs[op.a].data[e * inputs[op.a].event_stride + j * inputs[op.a].feature_stride];
      break;
    case Kind::constant:
      break;
    case Kind::elementary:
      kernel::apply(op.elementary, x, value(op.b), y, op.width * chunk);
      break;
    case Kind::sum:
      std::copy_n(x, chunk, y);
      for (std::size_t j = 1; j < formula_.tape()[op.a].width; ++j) add(x + j * chunk, y);
      break;
    case Kind::spread:
      for (std::size_t j = 0; j < op.width; ++j) std::copy_n(x, chunk, y + j * chunk);
      break;
    case Kind::select:
      for (std::size_t j = 0; j < op.width; ++j) std::copy_n(x + op.index[j] * chunk, chunk, y + j * chunk);
      break;
    case Kind::stop:
      std::copy_n(x, op.width * chunk, y);
      break;
  }
}

double FormulaRun::sum(const Strided<const float>* inputs, std::size_t events) {
  for (std::size_t n = 0; n < formula_.tape().size(); ++n) forward(n, inputs, events);
  const std::size_t width = formula_.tape()[formula_.value()].width;
  double total = 0;
  for (std::size_t j = 0; j < width; ++j)
    for (std::size_t e = 0; e < events; ++e) total += static_cast<double>(value(formula_.value())[j * chunk + e]);
  return total / static_cast<double>(width);
}

void FormulaRun::find_reached(const Strided<float>* gradients) {
  for (std::size_t n = 0; n < reached_.size(); ++n) {
    const TapeOperation& op = formula_.tape()[n];
    const bool is_pair = op.kind == Kind::elementary && kernel::is_binary(op.elementary);
    if (op.kind == Kind::input)
      reached_[n] = gradients[op.a].data != nullptr;
    else if (op.kind == Kind::constant || op.kind == Kind::stop)
      reached_[n] = 0;
    else
      reached_[n] = reached_[op.a] || (is_pair && reached_[op.b]);
  }
}

void FormulaRun::backward(std::size_t n, const Strided<float>* gradients, std::size_t events) {
  const TapeOperation& op = formula_.tape()[n];
  const float* dy = adjoint(n);
  const auto width_of_a = [&] { return formula_.tape()[op.a].width; };
  switch (op.kind) {
    case Kind::input:
      for (std::size_t j = 0; j < op.width; ++j)
        for (std::size_t e = 0; e < events; ++e)
          gradients[op.a].data[e * gradients[op.a].event_stride + j * gradients[op.a].feature_stride] +=
              dy[j * chunk + e];
      break;
    case Kind::elementary:
      kernel::apply_gradient(op.elementary, value(op.a), value(op.b), value(n), dy, adjoint(op.a),
                             kernel::is_binary(op.elementary) ? adjoint(op.b) : nullptr, op.width * chunk);
      break;
    case Kind::sum:
      for (std::size_t j = 0; j < width_of_a(); ++j) add(dy, adjoint(op.a) + j * chunk);
      break;
    case Kind::spread:
      for (std::size_t j = 0; j < op.width; ++j) add(dy + j * chunk, adjoint(op.a));
      break;
    case Kind::select:
      for (std::size_t j = 0; j < op.width; ++j) add(dy + j * chunk, adjoint(op.a) + op.index[j] * chunk);
      break;
    case Kind::constant:
    case Kind::stop:
      break;
  }
}

void FormulaRun::add_gradients(float scale, const Strided<float>* gradients, std::size_t events) {
  find_reached(gradients);
  const std::size_t last = formula_.value();
  if (!reached_[last]) return;
  const auto floats = [&](std::size_t n) { return formula_.tape()[n].width * chunk; };
  for (std::size_t n = 0; n < last; ++n)
    if (reached_[n]) std::fill_n(adjoint(n), floats(n), 0.0f);
  std::fill_n(adjoint(last), floats(last), scale / static_cast<float>(formula_.tape()[last].width));
  for (std::size_t n = last + 1; n-- > 0;)
    if (reached_[n]) backward(n, gradients, events);
}

}  // namespace trigloop::train
