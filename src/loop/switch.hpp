#pragma once
// The switch: the file of conditions from which scout takes, at each lumisection, the model that is valid. The file is
// a function of the rounds and of the run that is taken, written whole or not at all; where it is missing or old it is
// written again.
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
/// The file's text (docs/formats.md, "Conditions"); the last model is valid up to the end of `last_run`.
std::string conditions_text(const std::vector<Validity>& validities, std::uint32_t last_run);
/// Writes the file, if it is not that text already: up to a hundred runs after `run`, the latest that was seen, so that
/// one that begins while nobody looks has its model. Error: output.
void write_conditions(const Site& site, const std::vector<Round>& rounds, std::uint32_t run);

/// Puts the file of a model where scout finds it: MODELS/<SHA-256>.onnx. Errors: output; not_found, if the registry has
/// no such model.
void put_model(const Site& site, registry::Registry& registry, const std::string& artifact);

/// The first lumisection of a switch that is decided now.
event::LumiKey boundary(const Site& site, const StreamView& stream);

}  // namespace trigloop::loop
