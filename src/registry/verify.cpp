#include "registry/verify.hpp"

#include <algorithm>
#include <map>
#include <mutex>
#include <random>
#include <system_error>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "core/sha256.hpp"
#include "registry/checksum.hpp"
#include "registry/labels.hpp"
#include "registry/schema.hpp"

namespace trigloop::registry {
namespace {

namespace fs = std::filesystem;
using core::Error;

class Verifier {
 public:
  Verifier(Registry& registry, const VerifyOptions& options)
      : registry_(registry), db_(registry.database()), options_(options) {}

  VerifyReport run() {
    // Broken pages can stop any of these; the others still have something to say.
    guarded("database", [&] { check_pages(); });
    for (const std::string_view table : sealed_tables()) guarded(table, [&] { check_seals(table); });
    guarded("history", [&] { check_history(); });
    guarded("artefacts", [&] { check_artifacts(); });
    guarded("runs", [&] { check_runs(); });
    guarded("files", [&] { check_files(); });
    guarded("references", [&] { check_references(); });
    return std::move(report_);
  }

 private:
  void tell(std::string what, std::string where, std::string artifact, std::string text) {
    const std::lock_guard lock(mutex_);
    report_.problems.push_back({std::move(what), std::move(where), std::move(artifact), std::move(text)});
  }

  template <class Check>
  void guarded(std::string_view where, Check check) {
    try {
      check();
    } catch (const Error& e) {
      tell("database", std::string(where), "", e.reason());
    }
  }

  void check_pages() {
    Query row = db_.query("PRAGMA integrity_check(20)");
    while (row.next()) {
      if (row.text(0) != "ok") tell("database", db_.path().native(), "", row.text(0));
    }
    Query orphan = db_.query("PRAGMA foreign_key_check");
    while (orphan.next()) tell("row", orphan.text(0), "", "names a row of '" + orphan.text(2) + "' that is not there");
  }

  void check_seals(std::string_view table) {
    Query row = db_.query("SELECT * FROM " + std::string(table));
    while (row.next()) {
      std::vector<Value> values;
      for (int c = 0; c + 1 < row.columns(); ++c) values.push_back(row.value(c));
      ++report_.rows;
      if (seal(table, values) == row.text(row.columns() - 1)) continue;
      const std::string key = row.text(0);
      tell("row", std::string(table) + " " + key, is_sha256(key) ? key : "", "its seal is broken");
    }
  }

  void check_history() {
    if (const std::int64_t number = broken_history(registry_); number != 0)
      tell("history", "entry " + std::to_string(number), "", "does not follow from the one before");
  }

  void check_artifacts() {
    for (const Artifact& a : registry_.list({.most = 0})) {
      const auto files = registry_.files(a.id);
      if (artifact_id(a.kind, files, registry_.references(a.id)) != a.id)
        tell("artefact", in_short(a), a.id, "its files are not those that its id stands for");
      for (const StoredFile& file : files) stored_.try_emplace(file.sha256, a.id, file);
    }
  }

  void check_runs() {
    std::vector<std::string> ids;
    {
      Query row = db_.query("SELECT id FROM run");
      while (row.next()) ids.push_back(row.text(0));
    }
    for (const std::string& id : ids) {
      if (run_id(registry_.run(id)) != id) tell("run", id, "", "its record is not the one that its id stands for");
    }
  }

  void check_files() {
    std::vector<std::pair<std::string, StoredFile>> all;
    for (const auto& [sha256, use] : stored_) all.push_back(use);
    core::parallel_for(all.size(), core::available_cores(), [&](std::size_t i, unsigned) {
      check_file(all[i].first, all[i].second);
      if (options_.progress) options_.progress(1);
    });
    report_.files = all.size();
    for (const auto& [artifact, file] : all) report_.bytes += file.bytes;
  }

  void check_file(const std::string& artifact, const StoredFile& file) {
    const fs::path path = registry_.objects().path_of(file.sha256);
    try {
      std::error_code error;
      const auto bytes = fs::file_size(path, error);
      if (!error && bytes != file.bytes)
        tell("file", path.native(), artifact,
             "has " + std::to_string(bytes) + " bytes in place of " + std::to_string(file.bytes));
      else if (core::sha256_of_file(path) != file.sha256)
        tell("file", path.native(), artifact, "its content has changed");
    } catch (const Error& e) {
      tell("file", path.native(), artifact, e.reason());
    }
  }

  void check_references() {
    std::vector<std::pair<std::string, std::int64_t>> all;
    {
      Query row = db_.query("SELECT artifact, number FROM reference");
      while (row.next()) all.emplace_back(row.text(0), row.integer(1));
    }
    std::mt19937_64 random(options_.seed);
    const std::size_t n = std::min<std::size_t>(all.size(), options_.references);
    for (std::size_t i = 0; i < n; ++i) {
      const std::size_t j = i + static_cast<std::size_t>(random() % (all.size() - i));
      std::swap(all[i], all[j]);
      check_reference(all[i].first, all[i].second);
    }
  }

  void check_reference(const std::string& artifact, std::int64_t number) {
    Query row = db_.query("SELECT uri, bytes, checksum FROM reference WHERE artifact=? AND number=?", artifact, number);
    if (!row.next()) return;
    ++report_.references;
    const std::string uri = row.text(0), checksum = row.text(2);
    const fs::path path = local_path(uri);
    if (path.empty()) {
      ++report_.unreachable;
      return;
    }
    std::error_code error;
    const auto bytes = fs::file_size(path, error);
    if (error) return tell("reference", uri, artifact, error.message());
    if (bytes != static_cast<std::uint64_t>(row.integer(1)))
      return tell("reference", uri, artifact, "has " + std::to_string(bytes) + " bytes in place of " + row.text(1));
    if (options_.checksums && !checksum.empty() && checksum_of_file(path, checksum) != checksum)
      tell("reference", uri, artifact, "its content has changed: it was " + checksum);
  }

  static std::string in_short(const Artifact& a) { return a.kind + "/" + a.name + ":" + std::to_string(a.version); }

  Registry& registry_;
  Database& db_;
  const VerifyOptions& options_;
  VerifyReport report_;
  std::mutex mutex_;
  std::map<std::string, std::pair<std::string, StoredFile>> stored_;  ///< by content: an artefact that has it
};

}  // namespace

VerifyReport verify(Registry& registry, const VerifyOptions& options) { return Verifier(registry, options).run(); }

fs::path local_path(const std::string& uri) {
  if (uri.starts_with("/")) return uri;
  return uri.starts_with("file:///") ? fs::path(uri.substr(7)) : fs::path();
}

}  // namespace trigloop::registry
