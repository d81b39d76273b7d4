#pragma once
// Identities as text: `identity.json` of an output folder, and the head of every record.
#include <string>
#include <string_view>

#include "scout/record/record.hpp"

namespace trigloop::scout {

/// One JSON object (docs/formats.md, "Records"); the same identity gives the same text.
std::string format_identity(const Identity& identity);
/// Error: damaged; unsupported (a later version).
Identity parse_identity(std::string_view json);

/// The model for people: "46f6229b9768 (axol1tl_v5.onnx)".
std::string model_in_words(const Identity& identity);

/// What differs, for people: "the model (theirs a1b2, ours c3d4)", ...; empty if nothing.
std::string difference(const Identity& theirs, const Identity& ours);

}  // namespace trigloop::scout
