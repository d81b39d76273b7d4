#pragma once
// Is everything still what it was? Every stored file against its hash, every row against its seal, every id against
// what it is the hash of, the database's pages by SQLite, and a sample of the references where they can be read.
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "registry/registry.hpp"

namespace trigloop::registry {

struct VerifyOptions {
  std::uint64_t references = 100;  ///< looked at, at most; which ones is random by `seed`
  std::uint64_t seed = 1;
  bool checksums = true;                                   ///< of references: read them whole
  std::function<void(std::uint64_t files)> progress = {};  ///< from any thread
};

struct Problem {
  std::string what;      ///< database, row, history, artefact, run, file, reference
  std::string where;     ///< a path, a table and key, a URI
  std::string artifact;  ///< whom it touches; "" if that is not known
  std::string text;
};

struct VerifyReport {
  std::vector<Problem> problems;
  std::uint64_t files = 0, bytes = 0, rows = 0;
  std::uint64_t references = 0;   ///< looked at
  std::uint64_t unreachable = 0;  ///< of these: not readable from here (another scheme); no problem in itself
};

/// Goes on after a problem: all of them are told.
VerifyReport verify(Registry& registry, const VerifyOptions& options = {});

/// The path of this machine that a URI means: an absolute path, or file:///...; "" for others.
std::filesystem::path local_path(const std::string& uri);

}  // namespace trigloop::registry
