#pragma once
// Which instruction set the vector kernels use. They are compiled for several and choose the best one of the machine
// when they first run (Google Highway). A test, or a user by TRIGLOOP_FORCE_ISA=NAME, can force one:
//
//     scalar   plain loops, written for reading; what all others are tested against
//     ssse3, sse4, avx2, avx512 (x86), neon (Arm)
#include <string>
#include <vector>

namespace trigloop::core {

/// Names that can be forced on this machine, "scalar" first and the best last.
std::vector<std::string> usable_isas();

/// Forces one ("" gives the choice back). Not while kernels run in other threads. Error: usage, if this machine lacks
/// it.
void force_isa(const std::string& name);

/// The one in use. The first call reads TRIGLOOP_FORCE_ISA.
std::string active_isa();

/// Kernels that have a plain loop beside the vector form ask this first.
bool scalar_is_forced();

}  // namespace trigloop::core
