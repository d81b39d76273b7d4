#pragma once
// What a deployment's folder tells of itself: the proof, its signature, the page.
#include <filesystem>
#include <optional>
#include <string>

#include "deploy/network/network.hpp"
#include "registry/signature.hpp"

namespace trigloop::app {

/// The key of a file, or nothing for "".
std::optional<registry::PrivateKey> load_key(const std::string& path);

/// Writes proof.json, with a key its signature (an older one goes), and report.html.
void write_proof(const std::filesystem::path& folder, const deploy::Network& network, const std::string& proof_json,
                 const std::optional<registry::PrivateKey>& key);

/// Warnings of a proof on standard error.
void print_warnings(const std::string& proof_json);

}  // namespace trigloop::app
