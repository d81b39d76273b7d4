#pragma once
// Small artefacts for tests.
#include <string>

#include "registry/registry.hpp"
#include "registry/verify.hpp"

namespace trigloop::registry {

inline std::string add_data(Registry& store, const std::string& label) {
  return store.add({.kind = "dataset", .name = "data", .references = {{.uri = "/data/" + label, .bytes = 10}}});
}

inline std::string add_text(Registry& store, const std::string& kind, const std::string& name,
                            const std::string& text) {
  return store.add({.kind = kind, .name = name, .files = {store.objects().put_text(text, name + ".txt")}});
}

inline std::string add_run(Registry& store, const std::string& command, const std::vector<std::string>& inputs,
                           const std::vector<std::string>& outputs) {
  Run run{.command = command, .arguments = {"--one", "two words"}, .started_ns = 1'700'000'000'000'000'000};
  run.user = "alice";
  run.host = "vm";
  run.code = R"({"version": "0.1.0"})";
  for (const std::string& id : inputs) run.links.push_back({false, "input", id});
  for (const std::string& id : outputs) run.links.push_back({true, "result", id});
  return store.add(run);
}

inline std::string told(const VerifyReport& report) {
  std::string text;
  for (const Problem& p : report.problems) text += p.what + " " + p.where + ": " + p.text + "\n";
  return text;
}

}  // namespace trigloop::registry
