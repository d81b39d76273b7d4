#include "train/expression.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <functional>

#include "core/error.hpp"

namespace trigloop::train {

namespace {

[[noreturn]] void fail(const std::string& reason) { throw core::Error(core::ErrorCode::usage, reason); }

/// Item by item; a single number goes with every item.
Numbers combine(const Numbers& a, const Numbers& b, const std::function<double(double, double)>& f) {
  if (a.size() != b.size() && a.size() != 1 && b.size() != 1) fail("combines lists of different lengths");
  Numbers out(std::max(a.size(), b.size()));
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = f(a[a.size() == 1 ? 0 : i], b[b.size() == 1 ? 0 : i]);
  return out;
}

Numbers call(const std::string& function, const std::vector<Numbers>& arguments) {
  if (function == "join") {
    Numbers out;
    for (const Numbers& each : arguments) out.insert(out.end(), each.begin(), each.end());
    return out;
  }
  if (arguments.size() != 1) fail("'" + function + "' takes one argument");
  Numbers x = arguments[0];
  if (function == "size") return {static_cast<double>(x.size())};
  if (function == "reverse") return std::reverse(x.begin(), x.end()), x;
  if (function != "last") fail("there is no function '" + function + "'; known: last, reverse, join, size");
  if (x.empty()) fail("takes the last of an empty list");
  return {x.back()};
}

}  // namespace

/// Recursive descent: one function a level of the grammar.
class Parser {
 public:
  Parser(const Scope& scope, std::string_view text) : scope_(scope), text_(text) {}

  Numbers all() {
    Numbers value = sum();
    skip();
    if (at_ != text_.size())
      fail("'" + std::string(text_) + "' is no expression, from '" + std::string(text_.substr(at_)) + "' on");
    return value;
  }

 private:
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
    if (!take(c)) fail("'" + std::string(text_) + "' lacks a '" + c + "'");
  }

  Numbers sum() {
    Numbers value = product();
    for (;;) {
      if (take('+'))
        value = combine(value, product(), std::plus<>());
      else if (take('-'))
        value = combine(value, product(), std::minus<>());
      else
        return value;
    }
  }
  Numbers product() {
    Numbers value = factor();
    for (;;) {
      if (take('*'))
        value = combine(value, factor(), std::multiplies<>());
      else if (take('/'))
        value = combine(value, factor(), std::divides<>());
      else
        return value;
    }
  }
  Numbers factor() {
    if (++depth_ > 100) fail("an expression nests too deeply");
    Numbers value;
    if (take('-')) {
      value = combine({0}, factor(), std::minus<>());
    } else if (take('(')) {
      value = sum();
      expect(')');
    } else if (take('[')) {
      value = call("join", list(']'));
    } else {
      value = word();
    }
    --depth_;
    return value;
  }
  std::vector<Numbers> list(char end) {
    std::vector<Numbers> items;
    if (take(end)) return items;
    do items.push_back(sum());
    while (take(','));
    expect(end);
    return items;
  }
  Numbers word() {
    skip();
    double number = 0;
    const auto [end, error] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), number);
    if (error == std::errc()) {
      at_ = static_cast<std::size_t>(end - text_.data());
      return {number};
    }
    const std::size_t begin = at_;
    const auto is_name = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.'; };
    while (at_ < text_.size() && is_name(text_[at_])) ++at_;
    const std::string name(text_.substr(begin, at_ - begin));
    if (name.empty()) fail("'" + std::string(text_) + "' is no expression");
    return take('(') ? call(name, list(')')) : scope_.look_up(name);
  }

  const Scope& scope_;
  std::string_view text_;
  std::size_t at_ = 0;
  int depth_ = 0;
};

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

Numbers Scope::evaluate(std::string_view text) const { return Parser(*this, text).all(); }

double Scope::number(std::string_view text) const {
  const Numbers value = evaluate(text);
  if (value.size() != 1) fail("'" + std::string(text) + "' is a list where a number is needed");
  return value[0];
}

}  // namespace trigloop::train
