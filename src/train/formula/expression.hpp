#pragma once
// Numbers of a recipe: constants, keys of the configuration, and sums of them.
//
//     4 * last(nodes)        join(reverse(train.nodes), 10)        [40, 40]        alpha * (1 - beta)      nodes[0]
//
// A name is one that the recipe defined (`let`), else a path of the configuration. Lists and numbers combine item by
// item. Functions: last(list), reverse(list), join(a, b, ...), size(list). The grammar is grammar.hpp's.
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "config/value.hpp"

namespace trigloop::train {

using Numbers = std::vector<double>;

/// a + b, a - b, a * b, a / b or a ^ b, item by item; a single number goes with every item. Error: usage.
Numbers combine(char operation, const Numbers& a, const Numbers& b);

class Scope {
 public:
  /// `config` must outlive it.
  explicit Scope(const config::Value& config) : config_(&config) {}

  void define(const std::string& name, Numbers value) { names_[name] = std::move(value); }
  /// Error: usage, for what is no expression, and for names that nobody defined.
  Numbers evaluate(std::string_view text) const;
  /// The value of one number. Error: usage, if it is a list.
  double number(std::string_view text) const;
  /// What a name stands for. Error: usage.
  Numbers look_up(const std::string& name) const;
  /// The configuration at a path, or null.
  const config::Value* find(std::string_view path) const;

 private:
  const config::Value* config_;
  std::map<std::string, Numbers, std::less<>> names_;
};

}  // namespace trigloop::train
