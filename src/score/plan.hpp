#pragma once
// A graph compiled for the SIMD engine: a list of steps over tiles of events, every width proven beforehand.
//
// Between the fast steps, features travel as *rows*: two features side by side, as the two int16 halves of one int32
// lane an event, so that one multiply-accumulate instruction (vpdpwssd, or vpmaddwd and an addition) serves both. A
// LinearStep computes a matrix product over rows, two outputs at a time, and makes the next row of the two. Weights
// that are 0 for both halves are not in its lists; features are paired so that few weights stand beside a 0.
//
// A feature wider than int16 has a row of its own: x & (2^k - 1) and x >> k, with weights (w, w << k).
//
// What the proofs ask of a fast step: every half of an input fits int16, every weight fits int16, and the sum of all
// |weight| x max |code|, with bias and rounding, stays below 2^31, so that no partial sum in any order overflows. A
// node without such a proof is computed by Exact (score/exact.hpp) in planes of int64 or 128-bit integers; Pack and
// Unpack steps lead from one form to the other.
#include <cstdint>
#include <limits>
#include <string>
#include <variant>
#include <vector>

#include "model/graph.hpp"
#include "score/exact.hpp"
#include "score/scaling.hpp"

namespace trigloop::score {

/// Events that a step handles at once: 128 lanes of the rows of a deployed network fit in the first-level cache.
inline constexpr std::size_t tile_lanes = Exact::lanes;

/// Half of a row: an input feature on its way into the network.
struct ScaledFeature {
  std::uint32_t source = 0;  ///< feature of the input
  Scaling scaling;
  std::vector<std::int16_t> table;  ///< used instead of `scaling` if not empty: values for clamp_low..clamp_high
  std::uint32_t feature = 0;        ///< of the step's node
};

/// Scales input features into rows, from first_row on, two a row (the last may be alone).
struct ScaleStep {
  model::NodeIndex node = 0;  ///< whose features these are
  std::uint32_t first_row = 0;
  std::vector<ScaledFeature> features;
};

/// code -> clamp(round(code x 2^-shift), low, high). `add` is already in the biases.
struct Rounder {
  int shift = 0;
  std::int32_t add = 0;
  bool half_even = false;  ///< adds the bit that will be the last one: with add = half - 1, ties go to the even code
};

/// A row's two halves and their weights for one or two outputs, as int16 pairs (low half first).
struct Term {
  std::uint32_t row = 0;  ///< index of the row's first lane in the scratch memory
  std::int32_t weights[2] = {0, 0};
};

/// Two outputs. Terms [begin, both) serve both, [both, first) only the first, [first, end) only the second.
struct Block {
  std::uint32_t begin = 0, both = 0, first = 0, end = 0;
  std::uint32_t target = 0;       ///< rows: as Term::row; planes: the first of the two features
  std::int32_t bias[2] = {0, 0};  ///< with Rounder::add
  std::int32_t low[2] = {0, 0}, high[2] = {0, 0};
};

enum class Target : std::uint8_t {
  rows,    ///< codes become a row
  planes,  ///< codes go to the planes of a node, as int32
  score    ///< codes are cut to +-limit, squared and summed; the sum is rounded and is the plan's output
};

struct LinearStep {
  Target target = Target::rows;
  model::NodeIndex node = 0;  ///< whose codes these are; for people, and for planes
  int split = 0;              ///< rows: 0, or the k of features that have a row each, the second's after the first's
  std::size_t outputs = 0;
  Rounder rounder;
  std::vector<Block> blocks;
  std::vector<Term> terms;
  // For a score:
  std::int32_t limit = 0;
  std::uint32_t sum_row = 0;
  Rounder sum_rounder;
  std::int32_t sum_low = 0, sum_high = 0;
};

/// Computes a node in planes, from planes.
struct ExactStep {
  model::NodeIndex node = 0;
};
/// Where a feature stands in the rows.
struct RowPlace {
  std::uint32_t feature = 0;
  std::uint32_t row = 0;  ///< as Term::row
  bool high = false;      ///< the second half
  int split = 0;          ///< not 0: the low half holds so many bits, the high half the others
};
/// Copies codes between planes and rows.
struct PackStep {
  model::NodeIndex node = 0;
  std::vector<RowPlace> places;
};
struct UnpackStep {
  model::NodeIndex node = 0;
  std::vector<RowPlace> places;
};
/// The codes of the last node, from its planes, are the plan's output.
struct OutputStep {
  model::NodeIndex node = 0;
};

using Step = std::variant<ScaleStep, LinearStep, ExactStep, PackStep, UnpackStep, OutputStep>;

class Plan {
 public:
  /// Errors: unsupported (the output is a float or needs more than 32 bits).
  explicit Plan(const model::Graph& graph);

  std::size_t features() const noexcept { return features_; }
  std::size_t outputs() const noexcept { return outputs_; }
  int fraction() const noexcept { return fraction_; }
  const std::vector<Step>& steps() const noexcept { return steps_; }
  std::size_t rows() const noexcept { return rows_; }  ///< of tile_lanes int32 each
  const Exact& exact() const noexcept { return exact_; }

  /// int16 multiply-accumulate instructions' worth of work an event: pairs of weights that are not both 0.
  std::size_t pairs() const noexcept;
  /// Whether every step is a fast one.
  bool is_fast() const noexcept;
  /// A line a step, for people.
  std::string describe() const;

 private:
  friend class Compiler;
  Plan() = default;

  std::size_t features_ = 0, outputs_ = 0, rows_ = 0;
  int fraction_ = 0;
  std::vector<Step> steps_;
  Exact exact_;
};

}  // namespace trigloop::score
