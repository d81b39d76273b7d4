// Fills a registry: chains of models, each with its configuration, data set, report and parent.
//
//     bench_registry FOLDER ARTEFACTS
#include <chrono>
#include <iostream>
#include <string>

#include "registry/labels.hpp"
#include "registry/registry.hpp"

using namespace trigloop::registry;

namespace {

constexpr int per_chain = 100;  ///< models that descend from each other
constexpr int of_a_model = 4;

std::string add(Registry& store, const std::string& kind, const std::string& text) {
  return store.add({.kind = kind, .name = kind, .files = {store.objects().put_text(text, "content.txt")}});
}

/// A model trained from data and its parent, and its report. Returns the model.
std::string add_model(Registry& store, int i, const std::string& parent) {
  const std::string label = std::to_string(i);
  const std::string data = store.add(
      {.kind = "dataset", .name = "zb", .references = {{.uri = "/eos/zb/" + label + ".root", .bytes = 1000}}});
  const std::string config = add(store, "config", "train: {beta: " + label + "}\n");
  const std::string model = add(store, "model", "weights " + label), report = add(store, "report", "report " + label);
  Run train{.command = "train", .started_ns = i};
  train.links = {{false, "data", data}, {false, "config", config}, {true, "model", model}};
  if (!parent.empty()) train.links.push_back({false, "parent", parent});
  store.add(train);
  Run evaluate{.command = "evaluate", .started_ns = i};
  evaluate.links = {{false, "model", model}, {true, "report", report}};
  store.add(evaluate);
  return model;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  Registry store(argv[1], Access::write);
  const int models = std::stoi(argv[2]) / of_a_model;
  const auto start = std::chrono::steady_clock::now();
  std::string parent;
  for (int i = 0; i < models;) {
    Transaction all(store.database());  // the files are what takes long; one commit a chain keeps the rows out of it
    for (int n = 0; n < per_chain && i < models; ++n, ++i) parent = add_model(store, i, n == 0 ? "" : parent);
    set_alias(store, parent, "champion" + std::to_string(i));
    all.commit();
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  std::cout << models * of_a_model << " artefacts in " << took.count() << " s\n";
  return 0;
}
