#pragma once
// A layer's specification: the model's nodes as plain Verilog, with * and + and comparisons, as one would write it
// down.
//
// It shares nothing with the circuit but the ports: no sharing, no heaps, no tricks of rounding. What is proven equal
// to it computes what the model says.
#include <optional>
#include <string>

#include "deploy/verilog/circuit.hpp"
#include "model/graph.hpp"

namespace trigloop::deploy {

/// A module `name` with the ports of the layer (without clk), or nothing, if the layer has an operation that is not
/// written down here (products that are truncated, tables of features).
std::optional<std::string> specification(const model::Graph& graph, const Circuit& circuit, std::size_t layer,
                                         const std::string& name);

}  // namespace trigloop::deploy
