#pragma once
// A loss written as an expression of tensors, and its gradient.
//
//     huber(estimate - ht, 1)            mean((rebuilt - input)^2)        -0.5 * (1 + l - m^2 - exp(l))
//
// An expression is parsed once into a tape: operations in an order in which operands come before their users. Running
// the tape forward gives the value of each event; running it backward gives the derivative of the value by every
// operand, by the chain rule, operation by operation (reverse-mode differentiation). Nothing else knows a derivative,
// so whatever the grammar can say can be trained on.
//
// Values are one number an event, or one a feature; a single number goes with every feature. Numbers of the recipe
// (constants, `let`, the configuration) are folded while the expression is read.
//
// Functions: exp, log, sqrt, abs, tanh, sigmoid, sinh, cosh, square, relu, min(a, b), max(a, b), huber(x, width);
// sum(x) and mean(x) over features; stop(x), through which no gradient passes; view(x, 0), view(x, 1) of the two
// augmented views. Slices: x[0], x[0::3].
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "train/formula/expression.hpp"
#include "train/kernels/formula_kernels.hpp"
#include "train/kernels/rows.hpp"

namespace trigloop::train {

/// A tensor that an expression reads.
struct FormulaInput {
  std::string name;
  std::size_t features = 0;
  int view = -1;  ///< -1: whichever the loss works on
  bool operator==(const FormulaInput&) const = default;
};

/// An operation of a tape. Elementary ones work number by number on operands of its own width.
struct TapeOperation {
  enum class Kind : std::uint8_t {
    input,       ///< tensor `a` of inputs()
    constant,    ///< `values`, the same for every event
    elementary,  ///< `elementary` of a (and b)
    sum,         ///< of the features of a: one number
    spread,      ///< a, one number, as every feature
    select,      ///< features `index` of a
    stop         ///< a, without a gradient
  };
  Kind kind = Kind::input;
  kernel::Elementary elementary{};
  std::size_t a = 0, b = 0, width = 1;
  std::vector<double> values = {};
  std::vector<std::uint32_t> index = {};
  bool operator==(const TapeOperation&) const = default;
};

class Formula {
 public:
  /// Features of a tensor of that name, or nothing.
  using Tensors = std::function<std::optional<std::size_t>(const std::string&)>;

  /// Errors: usage, for what is no expression, unknown names (with those that are known), and widths that do not fit.
  Formula(std::string_view text, const Tensors& tensors, const Scope& scope);

  const std::vector<FormulaInput>& inputs() const noexcept { return inputs_; }
  const std::vector<TapeOperation>& tape() const noexcept { return tape_; }
  /// The operation whose result is the loss.
  std::size_t value() const noexcept { return value_; }
  /// Whether it names views, so that one event's value comes of both.
  bool joins_views() const noexcept { return !inputs_.empty() && inputs_[0].view >= 0; }

 private:
  std::vector<FormulaInput> inputs_;
  std::vector<TapeOperation> tape_;
  std::size_t value_ = 0;
};

/// Events of a tensor in memory: number (event, feature) is data[event * event_stride + feature * feature_stride].
template <class Float>
struct Strided {
  Float* data = nullptr;
  std::size_t event_stride = 0, feature_stride = 0;
};

/// Runs a formula on events, a few at a time. A thread needs one of its own.
class FormulaRun {
 public:
  static constexpr std::size_t chunk = 32;  ///< events at a time

  explicit FormulaRun(const Formula& formula);

  /// The sum of the values of `events` (at most chunk); `inputs` are the formula's. A value is the mean over features
  /// where the expression has several.
  double sum(const Strided<const float>* inputs, std::size_t events);
  /// After `sum`: adds `scale` times the derivative of each event's value to `gradients`, one an input, with null data
  /// where none is wanted.
  void add_gradients(float scale, const Strided<float>* gradients, std::size_t events);

 private:
  // A feature's numbers of all events stand end to end, a feature after the other.
  float* value(std::size_t operation) { return values_.data() + place_[operation]; }
  float* adjoint(std::size_t operation) { return reached_[operation] ? adjoints_.data() + place_[operation] : nullptr; }
  void forward(std::size_t operation, const Strided<const float>* inputs, std::size_t events);
  void backward(std::size_t operation, const Strided<float>* gradients, std::size_t events);
  void find_reached(const Strided<float>* gradients);

  const Formula& formula_;
  std::vector<std::size_t> place_;  ///< of each operation in both of these
  Floats values_, adjoints_;
  std::vector<char> reached_;  ///< whether a wanted gradient depends on the operation
};

}  // namespace trigloop::train
