// A program that records: what the crash tests kill. Each id is printed after it was committed.
//
//     registry_driver FOLDER COUNT SEED [gc]
#include <unistd.h>

#include <iostream>
#include <string>

#include "core/error.hpp"
#include "registry/gc.hpp"
#include "registry/labels.hpp"
#include "registry/registry.hpp"

using namespace trigloop;
using registry::Registry;

namespace {

void say(const std::string& line) {
  const std::string text = line + "\n";
  if (::write(STDOUT_FILENO, text.data(), text.size()) < 0) std::_Exit(9);
}

std::string record_model(Registry& store, const std::string& data, const std::string& label) {
  registry::NewArtifact model{.kind = "model", .name = "axol1tl"};
  model.files = {store.objects().put_text("weights " + label, "model.onnx"),
                 store.objects().put_text("the same for all", "normalisation.yaml")};
  model.metrics = {{"loss", 0, 1.5}, {"loss", 1, 1.25}};
  model.tags = {{"writer", label}};
  registry::Transaction all(store.database());
  const std::string id = store.add(model);
  store.add(registry::Run{.command = "train",
                          .arguments = {"--config", label},
                          .started_ns = 1,
                          .finished_ns = 2,
                          .links = {{false, "data", data}, {true, "model", id}}});
  all.commit();
  return id;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) return 2;
  try {
    Registry store(argv[1], argc > 4 ? registry::Access::exclusive : registry::Access::write);
    if (argc > 4) registry::collect(store, {.artifacts = true, .dry_run = false});
    const std::string data =
        store.add({.kind = "dataset", .name = "zerobias", .references = {{.uri = "/data/zb.root", .bytes = 100}}});
    say(data);
    for (int i = 0; i < std::stoi(argv[2]); ++i) {
      const std::string id = record_model(store, data, argv[3] + std::string("-") + std::to_string(i));
      say(id);
      registry::set_alias(store, id, "champion");
      say("champion " + id);
    }
  } catch (const core::Error& e) {
    std::cerr << e.what() << '\n';
    return static_cast<int>(e.code());
  }
  return 0;
}
