#pragma once
// Numbers of a recipe: constants, keys of the configuration, and sums of them.
//
//     4 * last(nodes)        join(reverse(train.nodes), 10)        [40, 40]        alpha * (1 - beta)
//
// A name is one that the recipe defined (`let`), else a path of the configuration. Lists and numbers combine item by
// item. Functions: last(list), reverse(list), join(a, b, ...), size(list).
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "config/value.hpp"

namespace trigloop::train {

using Numbers = std::vector<double>;

class Scope {
 public:
  /// `config` must outlive it.
  explicit Scope(const config::Value& config) : config_(&config) {}

  void define(const std::string& name, Numbers value) { names_[name] = std::move(value); }
  /// Error: usage, for what is no expression, and for names that nobody defined.
  Numbers evaluate(std::string_view text) const;
  /// The value of one number. Error: usage, if it is a list.
  double number(std::string_view text) const;
  /// The configuration at a path, or null.
  const config::Value* find(std::string_view path) const;

 private:
  friend class Parser;
  Numbers look_up(const std::string& name) const;

  const config::Value* config_;
  std::map<std::string, Numbers, std::less<>> names_;
};

}  // namespace trigloop::train
