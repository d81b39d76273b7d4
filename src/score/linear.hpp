#pragma once
// Nodes as linear forms: everything between two quantisers (matrix products, biases, differences, slices, sums, gains)
// collapses into one matrix of integers. Two dense layers with no quantiser between them become one; the difference
// AE(z) - z becomes one more input with weight -1. All of it is exact: the forms hold integers and a common exponent.
#include <cstdint>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "model/graph.hpp"

namespace trigloop::score {

/// One feature of a node that is not taken apart further.
struct Source {
  model::NodeIndex node = 0;
  std::uint32_t feature = 0;
  auto operator<=>(const Source&) const = default;
};

/// code = sum of weight x (code of source) + bias. Sources ascend; no weight is 0.
struct LinearRow {
  std::vector<std::pair<Source, std::int64_t>> terms;
  std::int64_t bias = 0;
};

/// All features of a node; value = code x 2^-fraction.
struct LinearForm {
  int fraction = 0;
  std::vector<LinearRow> rows;

  std::size_t weights() const noexcept;  ///< non-zero ones
};

/// The linear form of `node`, down to nodes for which is_source holds and to nodes that are not linear. Nothing, if a
/// weight leaves 64 bits. A product of two matrices is only formed where it has no more weights than the two.
std::optional<LinearForm> linear_form(const model::Graph& graph, model::NodeIndex node,
                                      const std::function<bool(model::NodeIndex)>& is_source);

/// Whether the quantiser changes no code of the range, but for trailing zeros.
bool is_lossless(const model::FixedPoint& type, model::Range range, int fraction);

/// Whether the types of a node's products and running sum, where it has such, are wide enough to change nothing.
bool is_plain_sum(const model::Graph& graph, model::NodeIndex node);

}  // namespace trigloop::score
