#pragma once
// A graph as QONNX: the file form of networks. Importing it again gives a graph of the same integers, and the qonnx
// package computes them too, as long as no quantiser in the file yields more than 24 bits: those of qonnx give float32.
// What lies between is computed in double precision where it needs more.
#include <string>

#include "model/graph.hpp"

namespace trigloop::model {

/// The bytes of the file. Sums that the hardware truncates as they run become a quantiser after each addition, which is
/// how they come back. Error: unsupported, for a float score.
std::string export_qonnx(const Graph& graph);

/// The same in operators of ONNX alone, in double precision, so that any runtime gives the same numbers: float32
/// hardware integers in, the score as double out. Error: unsupported, for a float score, or for intermediates of more
/// than 53 bits.
std::string export_onnx(const Graph& graph);

}  // namespace trigloop::model
