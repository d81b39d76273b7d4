#pragma once
// Artefacts and runs as JSON, for --json (docs/formats.md).
#include <string>

#include "core/json_writer.hpp"
#include "registry/artifact.hpp"

namespace trigloop::registry {

/// An object.
void write(core::JsonWriter& json, const Artifact& artifact);
/// The members of an object, without the links.
void write_members(core::JsonWriter& json, const Run& run);

/// "version" of the JSON object that says which code ran; "" if there is none.
std::string code_version(const std::string& code);
/// A text member of a JSON object; "" if there is none.
std::string member_of_json(const std::string& object, const std::string& key);

}  // namespace trigloop::registry
