#pragma once
// An evaluation as text for people, as JSON and as CSV for machines (docs/formats.md, "evaluate --json").
#include <string>

#include "evaluate/evaluate.hpp"

namespace trigloop::evaluate {

/// What was evaluated, and how: goes into the JSON as it is.
struct Provenance {
  std::string model, engine, background_path, signals_path;
  std::string l1;  ///< "stored bits", or the menu's name and id
  bool package_cuts = false;
  std::vector<std::string> warnings;
};

/// With the signals of `moved`, if it is given, as they are moved by `drift`.
std::string to_json(const Evaluation& evaluation, const Provenance& provenance, const Evaluation* moved = nullptr,
                    const std::string& drift = "");
/// One line a number: table, name, rule, rate_khz, column, value, low, high, count, total.
std::string to_csv(const Evaluation& evaluation);
std::string to_text(const Evaluation& evaluation, const Provenance& provenance);
/// The efficiencies of moved signals.
std::string drifted_text(const Evaluation& moved, const std::string& drift);

}  // namespace trigloop::evaluate
