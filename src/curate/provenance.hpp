#pragma once
// Whether a packed file is what would be made: the same configuration from the same inputs.
#include <filesystem>
#include <string>
#include <vector>

#include "curate/settings.hpp"

namespace trigloop::curate {

/// Which content an input had.
struct InputIdentity {
  std::filesystem::path path;
  std::uint64_t bytes = 0;
  std::string sha256;  ///< of a folder: of the names and hashes of its files, in order
};

/// Errors: not_found.
InputIdentity identify(const std::filesystem::path& path);

/// The root's attribute `trigloop` of a packed file (docs/formats.md).
std::string provenance_json(const Settings& settings, const std::vector<InputIdentity>& inputs);

/// Whether a packed file is there. Error: output, if something else is, which curation must not replace.
bool is_packed(const std::filesystem::path& path);
/// Whether the packed file at settings.output was made from the same.
bool is_current(const Settings& settings, const std::string& provenance);

/// Compares the content of a set with what the configuration pins and with the packed file that is about to be
/// replaced. Error: mismatch, if it is not what it was.
void check_unchanged(const SignalSet& pinned, const std::vector<SignalSet>& before, const std::string& hash);

}  // namespace trigloop::curate
