#include "train/formula/formula.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/error.hpp"
#include "core/text.hpp"
#include "train/formula/grammar.hpp"

namespace trigloop::train {
namespace {

using kernel::Elementary;
using Kind = TapeOperation::Kind;

constexpr std::size_t most_operations = 1024;

[[noreturn]] void fail(const std::string& reason) { throw core::Error(core::ErrorCode::usage, reason); }

/// What the grammar's forms mean for tensors: they write a tape, but for what is known already.
class TapeAlgebra {
 public:
  /// Numbers, or the result of an operation.
  struct Value {
    Numbers numbers;
    std::size_t operation = 0;
    bool is_known() const { return !numbers.empty(); }
  };

  TapeAlgebra(const Formula::Tensors& tensors, const Scope& scope, std::vector<FormulaInput>& inputs,
              std::vector<TapeOperation>& tape)
      : tensors_(tensors), scope_(scope), inputs_(inputs), tape_(tape) {}

  static Value number(double value) { return {{value}, 0}; }
  Value name(const std::string& text) {
    if (tensors_(text)) return tensor(text, -1);
    try {
      return {scope_.look_up(text), 0};
    } catch (const core::Error&) {
      fail("'" + text + "' is no tensor of the stage, not defined by `let`, and no number of the configuration");
    }
  }
  static Value list(const std::vector<Value>& items) {
    Numbers all;
    for (const Value& item : items) {
      if (!item.is_known()) fail("a list holds numbers, not tensors");
      all.insert(all.end(), item.numbers.begin(), item.numbers.end());
    }
    return {all, 0};
  }
  Value slice(const Value& x, const Slice& slice) {
    if (x.is_known()) {
      Numbers out;
      for (const std::uint32_t k : slice.of(x.numbers.size())) out.push_back(x.numbers[k]);
      return {out, 0};
    }
    TapeOperation select{.kind = Kind::select, .a = x.operation, .index = slice.of(width(x))};
    select.width = select.index.size();
    return push(std::move(select));
  }
  Value binary(char sign, const Value& a, const Value& b) {
    if (a.is_known() && b.is_known()) return {combine(sign, a.numbers, b.numbers), 0};
    if (sign == '^') return power(a, b);
    constexpr std::string_view signs = "+-*/";
    constexpr std::array functions = {Elementary::add, Elementary::subtract, Elementary::multiply, Elementary::divide};
    return apply(functions[signs.find(sign)], a, b);
  }
  Value call(const std::string& function, const std::vector<Value>& x);
  /// The operation whose result is the loss.
  std::size_t finish(const Value& value) {
    const std::size_t last = on_tape(value);
    if (inputs_.empty()) fail("a loss must depend on a tensor");
    for (const FormulaInput& input : inputs_)
      if ((input.view < 0) != (inputs_[0].view < 0)) fail("either all tensors are of a view(x, 0 or 1), or none");
    return last;
  }

 private:
  std::size_t width(const Value& x) const { return x.is_known() ? x.numbers.size() : tape_[x.operation].width; }

  Value tensor(const std::string& text, int view) {
    const FormulaInput input{text, *tensors_(text), view};
    const auto known = std::ranges::find(inputs_, input);
    const auto place = static_cast<std::size_t>(known - inputs_.begin());
    if (known == inputs_.end()) inputs_.push_back(input);
    return push({.kind = Kind::input, .a = place, .width = input.features});
  }
  /// Equal operations are made once.
  Value push(TapeOperation operation) {
    const auto same = std::ranges::find(tape_, operation);
    if (same != tape_.end()) return {{}, static_cast<std::size_t>(same - tape_.begin())};
    if (tape_.size() == most_operations) fail("an expression has more than 1024 operations");
    tape_.push_back(std::move(operation));
    return {{}, tape_.size() - 1};
  }
  std::size_t on_tape(const Value& x) {
    if (!x.is_known()) return x.operation;
    return push({.kind = Kind::constant, .width = x.numbers.size(), .values = x.numbers}).operation;
  }
  /// As wide as `features`: a single number becomes every feature.
  std::size_t widened(const Value& x, std::size_t features) {
    if (width(x) == features) return on_tape(x);
    if (width(x) != 1) fail("combines " + std::to_string(width(x)) + " features with " + std::to_string(features));
    if (x.is_known()) return on_tape({Numbers(features, x.numbers[0]), 0});
    return push({.kind = Kind::spread, .a = x.operation, .width = features}).operation;
  }
  Value apply(Elementary f, const Value& a, const Value& b) {
    const std::size_t features = std::max(width(a), width(b));
    const std::size_t first = widened(a, features), second = widened(b, features);
    return push({.kind = Kind::elementary, .elementary = f, .a = first, .b = second, .width = features});
  }
  Value apply(Elementary f, const Value& a) {
    const std::size_t operand = on_tape(a);
    return push({.kind = Kind::elementary, .elementary = f, .a = operand, .width = width(a)});
  }
  Value power(const Value& x, const Value& exponent);

  const Formula::Tensors& tensors_;
  const Scope& scope_;
  std::vector<FormulaInput>& inputs_;
  std::vector<TapeOperation>& tape_;
};

/// Small whole exponents are products; others are exp(n log x), for which x must be positive.
TapeAlgebra::Value TapeAlgebra::power(const Value& x, const Value& exponent) {
  if (!exponent.is_known() || exponent.numbers.size() != 1) fail("an exponent must be one number");
  const double n = exponent.numbers[0];
  if (n == 0.5) return apply(Elementary::sqrt, x);
  if (n != std::floor(n) || n < 1 || n > 16)
    return apply(Elementary::exp, binary('*', number(n), apply(Elementary::log, x)));
  Value y = x;
  for (int k = 1; k < static_cast<int>(n); ++k) y = apply(Elementary::multiply, y, x);
  return y;
}

[[noreturn]] void refuse_function(const std::string& name, const std::vector<std::string>& known) {
  const std::string near = core::nearest(name, known);
  fail("there is no function '" + name + "'" + (near.empty() ? "" : "; did you mean '" + near + "'?"));
}

TapeAlgebra::Value TapeAlgebra::call(const std::string& function, const std::vector<Value>& x) {
  static const std::vector<std::string> known = {"exp",  "log",   "sqrt",   "abs",  "tanh", "sigmoid",
                                                 "sinh", "cosh",  "relu",   "min",  "max",  "sum",
                                                 "mean", "huber", "square", "stop", "view"};
  if (std::ranges::find(known, function) == known.end()) refuse_function(function, known);
  const auto need = [&](std::size_t arguments) {
    if (x.size() != arguments)
      fail("'" + function + "' takes " + std::to_string(arguments) + (arguments == 1 ? " argument" : " arguments"));
  };
  if (function == "min" || function == "max") {
    need(2);
    return apply(function == "min" ? Elementary::minimum : Elementary::maximum, x[0], x[1]);
  }
  if (function == "huber") {  // x^2 / 2 up to the width, then straight on
    need(2);
    const Value size = apply(Elementary::abs, x[0]), inner = apply(Elementary::minimum, size, x[1]);
    return binary('*', inner, binary('-', size, binary('*', number(0.5), inner)));
  }
  if (function == "view") {
    need(2);
    const bool is_tensor = !x[0].is_known() && tape_[x[0].operation].kind == Kind::input;
    if (!is_tensor || !x[1].is_known() || (x[1].numbers != Numbers{0} && x[1].numbers != Numbers{1}))
      fail("'view' takes a tensor and 0 or 1");
    // The tensor by itself was read as one of no view; take that back where it stands last.
    const std::string text = inputs_[tape_[x[0].operation].a].name;
    if (x[0].operation + 1 == tape_.size() && tape_.back().a + 1 == inputs_.size() && inputs_.back().view < 0)
      tape_.pop_back(), inputs_.pop_back();
    return tensor(text, static_cast<int>(x[1].numbers[0]));
  }
  need(1);
  const Value& u = x[0];
  const auto exp_of = [&](const Value& v) { return apply(Elementary::exp, v); };
  const auto minus = [&](const Value& v) { return binary('-', number(0), v); };
  if (function == "exp") return exp_of(u);
  if (function == "log") return apply(Elementary::log, u);
  if (function == "sqrt") return apply(Elementary::sqrt, u);
  if (function == "abs") return apply(Elementary::abs, u);
  if (function == "square") return apply(Elementary::multiply, u, u);
  if (function == "relu") return apply(Elementary::maximum, u, number(0));
  if (function == "sigmoid") return binary('/', number(1), binary('+', number(1), exp_of(minus(u))));
  if (function == "tanh")
    return binary('-', number(1), binary('/', number(2), binary('+', number(1), exp_of(binary('*', number(2), u)))));
  if (function == "sinh") return binary('*', number(0.5), binary('-', exp_of(u), exp_of(minus(u))));
  if (function == "cosh") return binary('*', number(0.5), binary('+', exp_of(u), exp_of(minus(u))));
  const std::size_t operand = on_tape(u);
  if (function == "stop") return push({.kind = Kind::stop, .a = operand, .width = width(u)});
  const Value sum = push({.kind = Kind::sum, .a = operand});
  return function == "sum" ? sum : binary('*', sum, number(1.0 / static_cast<double>(width(u))));
}

}  // namespace

Formula::Formula(std::string_view text, const Tensors& tensors, const Scope& scope) {
  TapeAlgebra algebra(tensors, scope, inputs_, tape_);
  value_ = algebra.finish(Grammar(algebra, text).all());
}

}  // namespace trigloop::train
