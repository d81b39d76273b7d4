#pragma once
// A network as statements of C++: one local constant a feature of a node, its numbers written out.
//
//     const std::int32_t dense_3 = 12 + 3 * input_0 - 5 * input_7;
//     const std::int32_t quant_3 = fixed::to_1(dense_3);
//
// No table, no loop, no library: what every compiler understands, those of graphics cards as well. The arithmetic is
// that of score::Reference; types are wide enough by the graph's range analysis.
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "deploy/network/network.hpp"

namespace trigloop::deploy {

class Statements {
 public:
  /// `qualifiers` stand before every function ("DEVICE inline").
  Statements(const Network& network, std::string qualifiers);

  using Values = std::set<std::pair<model::NodeIndex, std::size_t>>;  ///< (node, feature)

  /// The value's name.
  std::string variable(model::NodeIndex node, std::size_t feature) const;
  const std::string& name(model::NodeIndex node) const { return network_.nodes[node]; }
  /// "std::int32_t" or "std::int64_t", in which the node's values are kept.
  const char* type(model::NodeIndex node) const;

  /// All that `wanted` depend on, in order, the input included. Features of the input are read from `event`, "event[3]"
  /// for feature 3 of the source named "event".
  std::string compute(const Values& wanted, const std::string& event);

  /// Definitions of the conversions that the statements made so far call, in namespace fixed.
  std::string conversions() const;

  /// The values that each of `wanted` depends on, itself included.
  Values needed(Values wanted) const;

 private:
  friend class Statement;
  std::string conversion(int fraction, const core::FixedPoint& type, int bits);

  const Network& network_;
  std::string qualifiers_;
  std::map<std::string, std::string> functions_;  ///< body -> name
};

}  // namespace trigloop::deploy
