#pragma once
// What a graph holds, for people and programs: a table, a drawing, JSON.
#include <cstdint>
#include <string>
#include <vector>

#include "core/json_writer.hpp"
#include "model/graph.hpp"

namespace trigloop::model {

/// One node.
struct Layer {
  std::string name, operation;
  std::vector<std::string> inputs;
  std::size_t features = 0;
  std::string type;            ///< of a quantiser, or the exact type that holds every value
  int bits = 0, fraction = 0;  ///< of the output; bits with sign
  int working_bits = 0;        ///< of the widest intermediate
  double min = 0, max = 0;     ///< the range that the analysis proves
  std::size_t constants = 0, non_zero = 0;
  std::uint64_t ebops = 0;  ///< effective bit operations; see docs/numerics.md
};

std::vector<Layer> describe(const Graph& graph);

/// Effective bit operations of a node: over its multiplications, bits of the one factor times bits of the other. A
/// constant counts the bits between its highest and lowest that are set, features those of their range, sign included.
std::uint64_t effective_bit_operations(const Graph& graph, NodeIndex node);

std::string as_table(const Graph& graph);
/// Graphviz' language.
std::string as_dot(const Graph& graph);
/// An object with name, layers and sums.
void write_json(core::JsonWriter& json, const Graph& graph);

}  // namespace trigloop::model
