#pragma once
// The loop as the dashboard shows it: rounds with their steps and times, what people are asked, the audit log.
#include <filesystem>

#include "serve/http.hpp"

namespace trigloop::serve {

/// Adds GET /api/loop. The registry is opened for each answer, and only read; without rounds the answer is
/// {"rounds": [], "why": ...}.
///
///     {"rounds": [{"id", "state", "cause", "outcome", "why", "steps": [{"state", "time", "user"}], "gates": [{"gate",
///     "verdict", "text"}], "points": [text], "merits": [[name, value]], "commands": [text]}],   newest first, at most
///     20 "audit": [{"entry", "time", "user", "action", "key"}], "head": "184:9f86..."}              newest first, at
///     most 50
void add_loop(HttpServer& server, const std::filesystem::path& registry);

}  // namespace trigloop::serve
