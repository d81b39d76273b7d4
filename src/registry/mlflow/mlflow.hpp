#pragma once
// A registry and an MLflow server: push and pull.
//
// Each artefact is a run: the configuration as parameters, metrics with their steps, tags; its files below `files/`,
// and below `trigloop/` an export (transfer.hpp) of it with all that it needs, so that a pull is an import, with every
// hash checked. Models are versions of registered models, too, with aliases and tags. The tag `trigloop.id` names the
// artefact, so what is there is found again: a push that was broken off goes on, and again is no news.
#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>

#include "registry/mlflow/http.hpp"
#include "registry/registry.hpp"

namespace trigloop::registry::mlflow {

struct PushOptions {
  std::string experiment = "trigloop";
  std::function<void(const std::string& what)> progress = {};
};

struct PushReport {
  std::uint64_t pushed = 0;  ///< artefacts that were not, or not wholly, there
  std::uint64_t known = 0;   ///< that were there as they are here
  std::uint64_t files = 0, bytes = 0;
};

/// Errors: those of Server and Registry; mismatch, if the server refuses.
PushReport push(Registry& registry, std::span<const std::string> ids, Server& server, const PushOptions& options = {});

struct PullReport {
  std::string id;  ///< of the artefact
  bool known = false;
  bool ours = false;  ///< it was pushed by a registry: lineage came along
};

/// `what`: NAME (the newest version), NAME:VERSION, NAME@ALIAS of a registered model, or the id of a run. A run that no
/// registry pushed becomes a model: its files, its parameters as configuration, metrics with steps, tags. Errors:
/// not_found; those of Server and of import_from.
PullReport pull(Registry& registry, const std::string& what, Server& server);

}  // namespace trigloop::registry::mlflow
