#pragma once
// The switch: the file of conditions from which scout takes, at each lumisection, the model that is valid. The file is
// a function of the rounds alone, written whole or not at all; where it is missing or old it is written again.
#include <filesystem>
#include <string>
#include <vector>

#include "loop/journal.hpp"
#include "loop/lumis.hpp"
#include "loop/site.hpp"

namespace trigloop::loop {

/// A model from a lumisection on.
struct Validity {
  event::LumiKey from;
  std::string model;
  std::vector<MeasuredPoint> points;
  std::string round;
};

/// In the order of lumisections.
std::vector<Validity> validities_of(const std::vector<Round>& rounds);
/// The file's text (docs/formats.md, "Conditions").
std::string conditions_text(const std::vector<Validity>& validities);
/// Writes the file, if it is not that text already. Error: output.
void write_conditions(const Site& site, const std::vector<Round>& rounds);

/// Puts the file of a model where scout finds it: MODELS/<SHA-256>.onnx. Errors: output; not_found, if the registry has
/// no such model.
void put_model(const Site& site, registry::Registry& registry, const std::string& artifact);

/// The first lumisection of a switch that is decided now.
event::LumiKey boundary(const Site& site, const StreamView& stream);

}  // namespace trigloop::loop
