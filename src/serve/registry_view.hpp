#pragma once
// The registry as the dashboard shows it: models, where one came from, what sets two apart.
#include <filesystem>
#include <string>

#include "serve/http.hpp"

namespace trigloop::serve {

/// Adds GET /api/registry, /api/registry/lineage (?id=) and /api/registry/diff (?a=, ?b=). The registry is opened for
/// each answer, and only read; one that is not there is told as {"models": null, "why": ...}. An empty path: none was
/// given.
///
///     {"models": [{"id", "name", "made", "stage", "aliases"}]}                 newest first, at most 100
///     {"nodes": [{"id", "kind", "name"}], "edges": [[from, to]], "cut": false}   artefacts; an edge for each input of
///     a run
///     {"rows": [{"what", "a", "b"}]}
void add_registry(HttpServer& server, const std::filesystem::path& registry);

}  // namespace trigloop::serve
