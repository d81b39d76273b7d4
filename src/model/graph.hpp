#pragma once
// The quantised network: one graph for every importer, engine and exporter.
//
// A graph is a list of nodes in an order in which inputs come before their users; the first is the input, the last is
// the score. Each node yields one tensor per event: a vector of features. All numbers are exact: a feature's value is
// an integer code times 2^-fraction of its tensor, and every tensor carries, feature by feature, the range of codes
// that it can take, from an interval analysis that starts at the input's type. Nothing overflows by accident: an
// operation that wraps or saturates says so in a FixedPoint.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/fixed_point.hpp"

namespace trigloop::model {

using core::Code;
using core::FixedPoint;

/// No intermediate of any node needs more bits than this, sign included; Graph::add sees to it.
inline constexpr int max_code_bits = 100;

/// Codes from lo to hi, both included.
struct Range {
  Code lo = 0, hi = 0;
  bool operator==(const Range&) const = default;
};

/// Bits that hold every code of `range` in two's complement, sign included.
int bits_of(const Range& range) noexcept;

/// What is known of a node's output before any event is seen.
struct Tensor {
  int fraction = 0;           ///< value = code x 2^-fraction, for all features
  std::vector<Range> ranges;  ///< one a feature
  bool exact = true;          ///< false: a float (a MixtureDistance); outside bit equality

  std::size_t features() const noexcept { return ranges.size(); }
  /// Bits that hold every code of every feature, sign included.
  int bits() const noexcept;
};

/// Integer constants with a common exponent: value = code x 2^-fraction; |code| < 2^62.
struct Constants {
  std::vector<std::int64_t> codes;
  int fraction = 0;
  bool operator==(const Constants&) const = default;
};

using NodeIndex = std::size_t;

/// The features of an event. A value that arrives is rounded and brought into range by `type`: for hardware integers
/// <16,16>, which takes int16 as it is.
struct Input {
  FixedPoint type;
  std::size_t features = 0;
};
/// Each feature is rounded and brought into range. One type for all features, or one each; where their fractions
/// differ, the output has the largest.
struct Quantise {
  std::vector<FixedPoint> types;
};
/// y[o] = sum over i of x[i] w[o][i] + b[o]. Products and the running sum are exact unless the hardware truncates them.
struct Dense {
  std::size_t inputs = 0, outputs = 0;
  Constants weights;                      ///< outputs x inputs, row-major
  Constants bias;                         ///< outputs, or empty
  std::optional<FixedPoint> product;      ///< each product is quantised to it before it is added
  std::optional<FixedPoint> accumulator;  ///< the running sum (bias, then i = 0, 1, ...) is quantised after each step
};
/// y = x + c (c one a feature, or one for all).
struct AddConstant {
  Constants constant;
};
/// y = x * c (c one a feature, or one for all).
struct MulConstant {
  Constants constant;
};
/// Feature by feature, of two inputs.
struct Add {};
struct Subtract {};
struct Multiply {};
/// y = max(x, 0).
struct Relu {};
/// y[k] = x[index[k]], x being all inputs end to end: slices, reordering, broadcasting, concatenation. Where the
/// inputs' fractions differ, the output has the largest.
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
/// Product over components of (squared Mahalanobis distance)^weight: a float score. Only the last node may be one.
struct MixtureDistance {
  std::size_t components = 0, inputs = 0;
  std::vector<double> means;       ///< components x inputs
  std::vector<double> precisions;  ///< components x inputs x inputs
  std::vector<double> weights;     ///< components
};

using Operation = std::variant<Input, Quantise, Dense, AddConstant, MulConstant, Add, Subtract, Multiply, Relu, Gather,
                               Sum, Dot, MixtureDistance>;

/// "dense", "quantise", ...
std::string_view name_of(const Operation& operation) noexcept;

struct Node {
  std::string name;  ///< unique; from the file where it has one
  Operation operation;
  std::vector<NodeIndex> inputs;
  Tensor output;         ///< derived by Graph::add
  int working_bits = 0;  ///< bits, sign included, of the widest intermediate in any order of summation; by Graph::add
};

class Graph {
 public:
  /// Appends a node and derives its output. An empty or used name is made unique. Errors: mismatch, if inputs or sizes
  /// do not fit; limit, if an intermediate would need more than max_code_bits.
  NodeIndex add(std::string node_name, Operation operation, std::vector<NodeIndex> inputs);

  const std::vector<Node>& nodes() const noexcept { return nodes_; }
  const Node& operator[](NodeIndex index) const { return nodes_[index]; }
  const Node& input() const { return nodes_.front(); }
  const Node& output() const { return nodes_.back(); }

  std::string name;  ///< of the model, for people

 private:
  std::vector<Node> nodes_;
};

}  // namespace trigloop::model
