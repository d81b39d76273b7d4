#pragma once
// The quantised network: one graph for every importer, engine and exporter.
//
// A graph is a list of nodes in an order in which inputs come before their users. Each node yields one tensor per event: a
// vector of features (its logical shape is kept for people). All numbers are exact: a feature's value is an integer code
// times 2^-fraction of its tensor, and every tensor carries, feature by feature, the range of codes that it can take, from
// an interval analysis that starts at the input's type. Nothing overflows by accident: an operation that wraps or saturates
// says so in a FixedPoint.
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/fixed_point.hpp"

namespace trigloop::model {

using core::Code;
using core::FixedPoint;

/// Codes from lo to hi, both included.
struct Range {
  Code lo = 0, hi = 0;
  bool operator==(const Range&) const = default;
};

/// What is known of a node's output before any event is seen.
struct Tensor {
  std::vector<std::size_t> shape;   ///< without the batch; its product is the number of features
  int fraction = 0;                 ///< value = code x 2^-fraction, for all features
  std::vector<Range> ranges;        ///< one a feature
  bool exact = true;                ///< false: a float (behind a MixtureDistance); outside bit equality

  std::size_t features() const noexcept { return ranges.size(); }
  /// Bits that hold every code, sign included.
  int bits() const noexcept;
};

/// Integer constants with a common exponent: value = code x 2^-fraction.
struct Constants {
  std::vector<std::int64_t> codes;
  int fraction = 0;
};

using NodeIndex = std::size_t;

/// The hardware integers of an event.
struct Input {
  FixedPoint type;
};
/// Each feature is rounded and brought into range. One type for all features, or one each.
struct Quantise {
  std::vector<FixedPoint> types;
};
/// y[o] = sum over i of x[i] w[o][i] + b[o]. Products and the running sum are exact unless the hardware truncates them.
struct Dense {
  std::size_t inputs = 0, outputs = 0;
  Constants weights;                       ///< outputs x inputs, row-major
  Constants bias;                          ///< outputs, or empty
  std::optional<FixedPoint> product;       ///< each product is quantised to it before it is added
  std::optional<FixedPoint> accumulator;   ///< the running sum (bias first, then i = 0, 1, ...) is quantised to it after each step
};
/// y = x + c (c one a feature, or one for all).
struct AddConstant {
  Constants constant;
};
/// y = x * c.
struct MulConstant {
  Constants constant;
};
/// Feature by feature, of two inputs.
struct Add {};
struct Subtract {};
struct Multiply {};
/// y = max(x, 0).
struct Relu {};
/// y[k] = x[index[k]]: slices, reordering, broadcasting.
struct Gather {
  std::vector<std::uint32_t> index;
};
/// y[k] = sum of x over `group` consecutive features.
struct Sum {
  std::size_t group = 1;
};
/// y = sum of a[i] b[i] (two inputs, or the same one twice: a sum of squares); products and sum as in Dense.
struct Dot {
  std::optional<FixedPoint> product, accumulator;
};
/// Product over components of (squared Mahalanobis distance)^weight: a float score.
struct MixtureDistance {
  std::size_t components = 0, inputs = 0;
  std::vector<double> means;        ///< components x inputs
  std::vector<double> precisions;   ///< components x inputs x inputs
  std::vector<double> weights;      ///< components
};

using Operation = std::variant<Input, Quantise, Dense, AddConstant, MulConstant, Add, Subtract, Multiply, Relu, Gather, Sum,
                               Dot, MixtureDistance>;

struct Node {
  std::string name;                 ///< unique; from the file where it has one
  Operation operation;
  std::vector<NodeIndex> inputs;
  Tensor output;                    ///< filled by Graph::add
};

class Graph {
 public:
  /// Appends a node and derives its output. Error: mismatch, if shapes do not fit; limit, if a code would need more than 100
  /// bits.
  NodeIndex add(std::string name, Operation operation, std::vector<NodeIndex> inputs);

  const std::vector<Node>& nodes() const noexcept { return nodes_; }
  const Node& input() const { return nodes_.front(); }
  const Node& output() const { return nodes_.back(); }

  std::string name;                 ///< of the model, for people

 private:
  std::vector<Node> nodes_;
};

}  // namespace trigloop::model
