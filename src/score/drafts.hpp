#pragma once
// The first half of compiling a plan: which node is computed how. A draft names its inputs by node and feature; rows
// get their places afterwards (compile.cpp), when all users of a node are known.
#include <optional>
#include <variant>
#include <vector>

#include "score/linear.hpp"
#include "score/plan.hpp"

namespace trigloop::score {

struct ScaleDraft {
  model::NodeIndex node = 0;
};

/// A LinearStep whose proofs hold. low and high: one an output.
struct LinearDraft {
  model::NodeIndex node = 0;
  Target target = Target::rows;
  LinearForm form;
  Rounder rounder;
  std::vector<std::int32_t> low, high;
  // For a score:
  std::int32_t limit = 0;
  Rounder sum_rounder;
  std::int32_t sum_low = 0, sum_high = 0;
};

struct PackDraft {
  model::NodeIndex node = 0;
};
struct UnpackDraft {
  model::NodeIndex node = 0;
};

using Draft = std::variant<ScaleDraft, LinearDraft, PackDraft, UnpackDraft, ExactStep, OutputStep>;

/// The steps that compute the graph's output, in order; each node as fast as its proofs allow.
std::vector<Draft> draft_plan(const model::Graph& graph, const InputFunctions& functions);

/// Nothing if the fast kernels do not round in this way: modes that treat signs differently need codes that are never
/// negative after clamping.
std::optional<Rounder> make_rounder(core::Rounding rounding, int shift, bool never_negative);

/// A quantised linear form as one step, if it can be proven; the sources are not looked at.
std::optional<LinearDraft> draft_linear(const model::Graph& graph, const InputFunctions& functions,
                                        model::NodeIndex node, Target target);
/// The same for a rounded sum of squares.
std::optional<LinearDraft> draft_score(const model::Graph& graph, const InputFunctions& functions,
                                       model::NodeIndex node);

bool fits_int16(const model::Tensor& tensor);

/// How many low bits of its codes stand in the low half of a row of their own; 0: they fit int16 and share rows;
/// nothing: they are too wide for rows.
std::optional<int> split_of(const model::Tensor& tensor);

}  // namespace trigloop::score
