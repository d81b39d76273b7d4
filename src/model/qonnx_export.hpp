#pragma once
// A graph as QONNX: the file form of networks. Importing it again gives a graph of the same integers, and the qonnx
// package computes them too (where a value needs more than 24 bits, the file computes in double precision).
#include <string>

#include "model/graph.hpp"

namespace trigloop::model {

/// The bytes of the file. Errors: unsupported, for a float score, and for running sums that the hardware truncates
/// (QONNX has no form of them).
std::string export_qonnx(const Graph& graph);

}  // namespace trigloop::model
