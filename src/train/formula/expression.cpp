#include "train/formula/expression.hpp"

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "train/formula/grammar.hpp"

namespace trigloop::train {
namespace {

[[noreturn]] void fail(const std::string& reason) { throw core::Error(core::ErrorCode::usage, reason); }

constexpr std::size_t longest_list = 65536;

double combine_one(char operation, double a, double b) {
  switch (operation) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return a / b;
    default:
      return std::pow(a, b);
  }
}

/// What the grammar's forms mean for numbers.
struct NumberAlgebra {
  using Value = Numbers;
  const Scope& scope;

  static Numbers number(double value) { return {value}; }
  Numbers name(const std::string& text) const { return scope.look_up(text); }
  static Numbers binary(char operation, const Numbers& a, const Numbers& b) { return combine(operation, a, b); }
  static Numbers list(const std::vector<Numbers>& items) {
    Numbers out;
    for (const Numbers& each : items) {
      if (out.size() + each.size() > longest_list) fail("a list has more than 65,536 numbers");
      out.insert(out.end(), each.begin(), each.end());
    }
    return out;
  }
  static Numbers slice(const Numbers& value, const Slice& slice) {
    Numbers out;
    for (const std::uint32_t k : slice.of(value.size())) out.push_back(value[k]);
    return out;
  }
  static Numbers call(const std::string& function, const std::vector<Numbers>& arguments) {
    if (function == "join") return list(arguments);
    if (arguments.size() != 1) fail("'" + function + "' takes one argument");
    Numbers x = arguments[0];
    if (function == "size") return {static_cast<double>(x.size())};
    if (function == "reverse") return std::reverse(x.begin(), x.end()), x;
    if (function != "last") fail("there is no function '" + function + "'; known: last, reverse, join, size");
    if (x.empty()) fail("takes the last of an empty list");
    return {x.back()};
  }
};

}  // namespace

Numbers combine(char operation, const Numbers& a, const Numbers& b) {
  if (a.size() != b.size() && a.size() != 1 && b.size() != 1) fail("combines lists of different lengths");
  Numbers out(a.size() == 1 ? b.size() : a.size());
  for (std::size_t i = 0; i < out.size(); ++i)
    out[i] = combine_one(operation, a[a.size() == 1 ? 0 : i], b[b.size() == 1 ? 0 : i]);
  return out;
}

const config::Value* Scope::find(std::string_view path) const {
  const config::Value* value = config_;
  while (value != nullptr && !path.empty()) {
    const std::size_t dot = std::min(path.find('.'), path.size());
    value = value->find(path.substr(0, dot));
    path.remove_prefix(std::min(dot + 1, path.size()));
  }
  return value;
}

Numbers Scope::look_up(const std::string& name) const {
  if (const auto found = names_.find(name); found != names_.end()) return found->second;
  const config::Value* value = find(name);
  if (value == nullptr) fail("'" + name + "' is neither defined by `let` nor a key of the configuration");
  const auto as_number = [&](const config::Value& v) {
    if (v.kind == config::Value::Kind::integer) return static_cast<double>(v.integer);
    if (v.kind == config::Value::Kind::number) return v.number;
    fail("'" + name + "' of the configuration is not a number");
  };
  if (value->kind != config::Value::Kind::list) return {as_number(*value)};
  Numbers out;
  for (const config::Value& item : value->items) out.push_back(as_number(item));
  return out;
}

Numbers Scope::evaluate(std::string_view text) const {
  NumberAlgebra algebra{*this};
  return Grammar(algebra, text).all();
}

double Scope::number(std::string_view text) const {
  const Numbers value = evaluate(text);
  if (value.size() != 1) fail("'" + std::string(text) + "' is a list where a number is needed");
  return value[0];
}

}  // namespace trigloop::train
