#pragma once
// The tables of the vector kernels: a score::Plan as constants of C++, once by blocks of two outputs (batches) and once
// by rows (a lane an output: single events).
#include <string>

#include "deploy/cpp/statements.hpp"
#include "score/plan.hpp"

namespace trigloop::deploy {

/// Whether the kernels can run the plan: all steps fast, and a sum of squares at the end.
bool has_kernels(const score::Plan& plan);

/// Definitions for kernels.inc, among them the functions of inputs that fit no scaling program.
std::string kernel_tables(const score::Plan& plan, Statements& statements);

}  // namespace trigloop::deploy
