#pragma once
// The scouting stream as the dashboard and Prometheus see it: the tracker's file and the quarantine, nothing that it
// does not say itself.
#include <filesystem>
#include <optional>
#include <string>

#include "scout/follow/status.hpp"
#include "serve/metrics.hpp"

namespace trigloop::serve {

/// `status.json` of a scouting run as it stands, with the quarantined inputs:
/// {"status": ..., "quarantine": [{"name", "at", "message", "bytes"}]}. "status" is null where no stream is followed.
std::string pipeline_json(const std::filesystem::path& output);

/// Reads an input of this name again. Error: not_found.
void retry_quarantined(const std::filesystem::path& output, const std::string& name);

/// What the tracker says; none, where no stream is followed. Errors: those of parse_status, with the file.
std::optional<scout::Status> read_status(const std::filesystem::path& output);

/// Families of `trigloop_scout_...`.
void add_pipeline(Metrics& metrics, const scout::Status& status);

}  // namespace trigloop::serve
