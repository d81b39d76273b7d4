#pragma once
// The grammar of a recipe's expressions, whatever they compute with: numbers while a recipe is read (expression.hpp),
// tensors in a loss (formula.hpp).
//
//     sum      product { (+|-) product }
//     product  factor { (*|/) factor }
//     factor   - factor | primary [ ^ factor ]
//     primary  ( (sum) | [sum, ...] | number | name | name(sum, ...) ) { [i] | [first:last:step] }
//
// An Algebra has a Value and says what becomes of each form: number(double), name(string), call(string, values),
// list(values), binary(char, a, b), slice(value, Slice).
#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/error.hpp"

namespace trigloop::train {

/// Items first, first + step, ... below last.
struct Slice {
  std::size_t first = 0, last = ~std::size_t{0}, step = 1;

  /// Places in a list of `size` items. Error: usage, if there are none.
  std::vector<std::uint32_t> of(std::size_t size) const {
    std::vector<std::uint32_t> places;
    for (std::size_t k = first; k < std::min(last, size); k += step) places.push_back(static_cast<std::uint32_t>(k));
    if (places.empty()) throw core::Error(core::ErrorCode::usage, "takes no item of a list of " + std::to_string(size));
    return places;
  }
};

template <class Algebra>
class Grammar {
 public:
  using Value = typename Algebra::Value;

  Grammar(Algebra& algebra, std::string_view text) : algebra_(algebra), text_(text) {}

  /// The value of the whole text. Errors: usage, naming what is no expression; those of the algebra.
  Value all() {
    Value value = sum();
    skip();
    if (at_ != text_.size()) fail("is no expression, from '" + std::string(text_.substr(at_)) + "' on");
    return value;
  }

 private:
  [[noreturn]] void fail(const std::string& reason) const {
    throw core::Error(core::ErrorCode::usage, "'" + std::string(text_) + "' " + reason);
  }
  void skip() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_]))) ++at_;
  }
  bool take(char c) {
    skip();
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  void expect(char c) {
    if (!take(c)) fail(std::string("lacks a '") + c + "'");
  }
  char take_one_of(std::string_view signs) {
    for (const char c : signs)
      if (take(c)) return c;
    return 0;
  }

  Value sum() {
    Value value = product();
    while (const char sign = take_one_of("+-")) value = algebra_.binary(sign, value, product());
    return value;
  }
  Value product() {
    Value value = factor();
    while (const char sign = take_one_of("*/")) value = algebra_.binary(sign, value, factor());
    return value;
  }
  Value factor() {
    if (++depth_ > 100) fail("nests too deeply");
    const bool negative = take('-');
    Value value = negative ? factor() : primary();
    if (negative)
      value = algebra_.binary('-', algebra_.number(0), value);
    else if (take('^'))
      value = algebra_.binary('^', value, factor());
    --depth_;
    return value;
  }
  Value primary() {
    if (take('[')) return sliced(algebra_.list(list(']')));
    if (!take('(')) return sliced(word());
    Value value = sum();
    expect(')');
    return sliced(std::move(value));
  }
  Value sliced(Value value) {
    while (take('[')) {
      Slice slice;
      const bool has_first = whole(slice.first);
      if (!take(':')) {
        if (!has_first) fail("has no place between '[' and ']'");
        slice.last = slice.first + 1;
      } else {
        whole(slice.last);
        if (take(':') && (!whole(slice.step) || slice.step == 0)) fail("has a slice without a step");
      }
      expect(']');
      value = algebra_.slice(value, slice);
    }
    return value;
  }
  bool whole(std::size_t& out) {
    skip();
    std::uint32_t value = 0;
    const auto [end, error] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), value);
    if (error != std::errc()) return false;
    at_ = static_cast<std::size_t>(end - text_.data());
    out = value;
    return true;
  }
  std::vector<Value> list(char end) {
    std::vector<Value> items;
    if (take(end)) return items;
    do items.push_back(sum());
    while (take(','));
    expect(end);
    return items;
  }
  Value word() {
    skip();
    if (at_ < text_.size() && (std::isdigit(static_cast<unsigned char>(text_[at_])) || text_[at_] == '.')) {
      double number = 0;
      const auto [end, error] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), number);
      if (error != std::errc()) fail("has a number that is none");
      at_ = static_cast<std::size_t>(end - text_.data());
      return algebra_.number(number);
    }
    const std::size_t begin = at_;
    const auto is_name = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.'; };
    while (at_ < text_.size() && is_name(text_[at_])) ++at_;
    const std::string name(text_.substr(begin, at_ - begin));
    if (name.empty()) fail("is no expression");
    return take('(') ? algebra_.call(name, list(')')) : algebra_.name(name);
  }

  Algebra& algebra_;
  std::string_view text_;
  std::size_t at_ = 0;
  int depth_ = 0;
};

}  // namespace trigloop::train
