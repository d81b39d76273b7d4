#pragma once
// A summary for machines (docs/formats.md, "inspect --json").
#include "core/json_writer.hpp"
#include "io/summary/summary.hpp"

namespace trigloop::io {

/// Writes the object of one file.
void write_json(core::JsonWriter& json, const Summary& summary, const SummaryOptions& options);
/// Writes the object of a file that could not be opened.
void write_json(core::JsonWriter& json, const std::string& path, const core::Error& error);

}  // namespace trigloop::io
