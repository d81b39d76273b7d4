#pragma once
// A bit heap as Verilog: its counters, carry chains and final adder.
#include <span>
#include <string>

#include "deploy/verilog/text.hpp"

namespace trigloop::deploy {

/// Statements that assign the sum of `terms` and `constant` to `name`, a word of the range `sum`. words[k] and
/// ranges[k] are of the signal that terms[k] names by its `value`; `modules` is the prefix of module names.
std::string heap_text(const std::string& name, std::span<const Term> terms, Code constant, std::span<const Word> words,
                      std::span<const Range> ranges, const Range& sum, const std::string& modules);

/// The modules that it uses.
std::string counter_modules(const std::string& modules);

}  // namespace trigloop::deploy
