#pragma once
// QONNX (ONNX with quantisers, as qonnx, Brevitas and HGQ2 write it) into a graph.
//
// The graph computes what the file says in exact arithmetic: where float32 execution of the file would round, the two
// differ and the graph is right. What exact arithmetic cannot do (a sigmoid, a scale that is no power of two) is
// refused, with the node's name and the nearest form that works. Afterwards known idioms become single nodes
// (simplify.hpp).
//
// The input has no type in ONNX. Integers by nature or by a first quantiser of whole steps are hardware integers
// <16,16>; where the first quantiser has fractional bits, the input is a float that arrives in that type.
#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <string>

#include "model/graph.hpp"

namespace trigloop::model {

struct QonnxOptions {
  std::string output;               ///< which output is the score; empty: the only one, or the only one of one feature
  std::optional<FixedPoint> input;  ///< the input's type, where the rule above does not suit
  bool simplify = true;             ///< false: one node of the graph per node of the file
};

/// Errors: damaged, unsupported (naming node, reason, nearest form), limit, mismatch; each with the node's name.
Graph import_qonnx(std::span<const std::byte> bytes, const QonnxOptions& options = {});
/// The same from a file; at most 256 MiB.
Graph import_qonnx(const std::filesystem::path& path, const QonnxOptions& options = {});

}  // namespace trigloop::model
