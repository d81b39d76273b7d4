#pragma once
// `trigloop deploy emulator`: a network as the library that CMSSW's emulation of the trigger loads.
//
// What went wrong with such libraries in production decides how this one is made: symbols of two models met in one
// process (everything is hidden and in a namespace of its own, nothing is of GNU's unique kind), a model was loaded for
// every event (making one costs nothing, and nothing is read), a pointer was not initialised (there are none).
#include <optional>

#include "deploy/cpp/library.hpp"

namespace trigloop::deploy {

struct EmulatorOptions {
  /// Of each of the values that prepare_input points to; by default ap_fixed<18, 13> for hardware integers, as the
  /// anomaly trigger's condition hands them over, else the type of the model's input.
  std::optional<core::FixedPoint> input;
  /// read_result fills a std::pair<result, loss>, as for AXOL1TL v5 and later; else an array of results.
  bool pair = true;
};

/// Sources of NAME.so: the C++ library, NAME_emulator.cpp, emulator.h (the interface, for where hls4mlEmulatorExtras is
/// not there), Makefile. The user's ap_types compile it: `make AP_TYPES=...`.
Files emulator_library(const Network& network, const EmulatorOptions& options);

/// Types of the interface.
core::FixedPoint emulator_input(const Network& network, const EmulatorOptions& options);
core::FixedPoint emulator_result(const Network& network);
/// The result without its sign: a score that can be negative stays as it is.
core::FixedPoint emulator_loss(const Network& network);

}  // namespace trigloop::deploy
