#pragma once
// Evidence: what people sign, as an artefact of the registry: gates, working points, efficiencies of both models,
// comparison and report.
#include <filesystem>
#include <string>
#include <vector>

#include "loop/gates.hpp"
#include "loop/step.hpp"

namespace trigloop::loop {

/// The signal sets of the training's configuration, relative to the site's folder.
std::filesystem::path signals_of(const Site& site);
/// The deployed bundle, out of the registry, in the round's folder.
std::filesystem::path deployed_bundle(const Context& context);
/// Events on which engines are compared.
std::filesystem::path engine_events(const Context& context);

/// Files the evidence, and returns the artefact's id. Equal evidence is one artefact.
std::string record_evidence(const Context& context, const std::vector<MeasuredPoint>& points,
                            const std::vector<Gate>& gates);

/// The same with other thresholds, measured on the same lumisections; the new facts of the round. Errors: usage, for an
/// unknown working point.
Facts amended(const Context& context, const std::string& point, std::int64_t threshold, std::int64_t prescale);

}  // namespace trigloop::loop
