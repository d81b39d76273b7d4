#pragma once
// What follows about a node's output from its inputs: sizes, fraction, the range of every feature, and how wide its
// intermediates get. The one place that knows the arithmetic of each operation's types.
#include <span>

#include "model/graph.hpp"

namespace trigloop::model {

struct Derived {
  Tensor output;
  int working_bits = 0;
};

/// Errors: mismatch, if inputs or sizes do not fit; limit, if an intermediate needs more than max_code_bits.
Derived derive(const Operation& operation, std::span<const Tensor* const> inputs);

}  // namespace trigloop::model
