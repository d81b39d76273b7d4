#pragma once
// What people say of artefacts: tags, aliases (champion), stages; and the history of all that was said.
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "registry/registry.hpp"

namespace trigloop::registry {

/// none, candidate, staging, production, archived.
std::span<const std::string_view> stages() noexcept;

// Each is one entry of the history, unless nothing changes.
void set_tag(Registry& registry, std::string_view artifact, std::string_view key, std::string_view value);
/// Error: not_found, if there is no such tag.
void remove_tag(Registry& registry, std::string_view artifact, std::string_view key);
/// Among the artefacts of one kind and name, an alias means one; it moves here from where it was.
void set_alias(Registry& registry, std::string_view artifact, std::string_view alias);
/// Error: not_found.
void remove_alias(Registry& registry, std::string_view artifact, std::string_view alias);
/// Error: usage, for no stage.
void set_stage(Registry& registry, std::string_view artifact, std::string_view stage);

std::vector<std::string> aliases_of(Registry& registry, std::string_view artifact);
/// "none" where nobody said.
std::string stage_of(Registry& registry, std::string_view artifact);

struct Entry {
  std::int64_t number = 0, time_ns = 0;
  std::string user, action, artifact, key, old_value, new_value;
};

/// Adds an entry to the history, sealed over the one before.
void note(Registry& registry, std::string_view action, std::string_view artifact, std::string_view key,
          std::string_view old_value, std::string_view new_value);
/// Oldest first; of one artefact, or of all ("").
std::vector<Entry> history(Registry& registry, std::string_view artifact = "");
/// The last entry, by which all before it are fixed; {0, ""}: there is none.
struct Head {
  std::int64_t number = 0;
  std::string seal;
};
Head head_of_history(Registry& registry);
/// The first entry whose seal does not follow from the one before; 0: all is right. Gaps count, a cut end cannot.
std::int64_t broken_history(Registry& registry);

}  // namespace trigloop::registry
