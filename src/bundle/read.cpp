// Bundles by content: HDF5 files of the package and of ours, and folders.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "bundle/files.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "model/load.hpp"

namespace trigloop::bundle {
namespace {

namespace fs = std::filesystem;
using core::Error;
using core::ErrorCode;

constexpr std::uint64_t max_text = 16u << 20;

void set_model(model::Graph graph, Bundle& bundle) {
  bundle.model = std::make_shared<const model::Graph>(std::move(graph));
  bundle.layers = model::describe(*bundle.model);
}

/// Whether two files hold the same weights of a Keras model, each below a group of its own.
bool equal_weights(const Tree& a, const std::string& in_a, const Tree& b, const std::string& in_b) {
  const auto layers = a.groups(in_a);
  if (layers != b.groups(in_b)) return false;
  return std::ranges::all_of(layers, [&](const std::string& layer) {
    const std::string la = in_a + "/" + layer, lb = in_b + "/" + layer;
    const auto equal = [&](const std::string& set) { return a.numbers(la, set) == b.numbers(lb, set); };
    return a.sets(la) == b.sets(lb) && std::ranges::all_of(a.sets(la), equal) && equal_weights(a, la, b, lb);
  });
}

/// The package's files hold weights without their network; build.h5 beside them has both.
void find_model(const Tree& tree, Bundle& bundle) {
  const fs::path build = bundle.path.parent_path() / "build.h5";
  const std::string weights = "model/trimmed_encoder/model_weights";
  if (tree.groups(weights).empty() || !fs::is_regular_file(build)) return;
  try {
    if (!equal_weights(tree, weights, Tree(build), "model_weights")) {
      bundle.warnings.push_back("build.h5 beside it holds other weights, and was not taken");
      return;
    }
    const fs::path complete = bundle.path.parent_path() / "complete.h5";
    if (bundle.normalisation) return set_model(model::load(build, {bundle.path}), bundle);
    if (!fs::is_regular_file(complete)) return;
    bundle.normalisation = model::read_normalisation(complete);
    set_model(model::load(build, {complete}), bundle);
  } catch (const Error& e) {
    bundle.warnings.push_back(std::string("build.h5 beside it was not taken: ") + e.what());
  }
}

Bundle read_file(const fs::path& path) {
  const Tree tree(path);
  Bundle bundle;
  bundle.path = path;
  const bool complete = !tree.groups("data").empty();
  bundle.format = complete ? "complete.h5" : "lite.h5";
  if (tree.groups("results").empty()) {
    throw Error(ErrorCode::mismatch, "holds no results")
        .remedy("Give lite.h5 or complete.h5, or the folder of `trigloop train`");
  }
  bundle.config = tree.attribute("", "config");
  bundle.crossings_khz = crossings_of(bundle.config);
  read_results(tree, bundle);
  read_history(tree, "history", bundle);
  if (tree.has("data/Normalisation", "norm_scale") || tree.has("trigloop/Normalisation", "norm_scale"))
    bundle.normalisation = model::read_normalisation(path);
  read_extras(tree, bundle);
  if (!bundle.model) find_model(tree, bundle);
  return bundle;
}

/// What bundle.json of a folder tells.
void read_description(const fs::path& path, Bundle& bundle) {
  const auto json = nlohmann::json::parse(core::read_text(path, max_text), nullptr, false);
  if (!json.is_object()) throw Error(ErrorCode::damaged, "is no JSON object").file(path.native());
  const auto text = [&](const char* key) {
    return json.contains(key) && json[key].is_string() ? json[key].get<std::string>() : std::string();
  };
  bundle.name = text("recipe");
  if (!text("data_sha256").empty()) bundle.lineage.push_back({"data", text("data_sha256")});
}

/// A folder without results, of a training that was not evaluated.
Bundle read_trained(const fs::path& folder) {
  Bundle bundle;
  bundle.path = folder;
  read_description(folder / "bundle.json", bundle);
  bundle.config = core::read_text(folder / "config.yaml", max_text);
  bundle.normalisation = model::read_normalisation(folder / "normalisation.yaml");
  read_history(Tree(folder / "history.h5"), "history", bundle);
  set_model(model::load(folder / "model.onnx"), bundle);
  return bundle;
}

Bundle read_folder(const fs::path& folder) {
  if (!fs::exists(folder / "bundle.json")) {
    throw Error(ErrorCode::mismatch, "is no bundle: it has no bundle.json")
        .file(folder.native())
        .remedy("Give the folder that `trigloop train` wrote");
  }
  Bundle bundle = fs::exists(folder / "lite.h5") ? read_file(folder / "lite.h5") : read_trained(folder);
  bundle.path = folder;
  bundle.format = "trigloop bundle";
  return bundle;
}

}  // namespace

Bundle read(const fs::path& path) {
  if (fs::is_directory(path)) return read_folder(path);
  try {
    return read_file(path);
  } catch (Error& e) {
    e.file(path.native());
    throw;
  }
}

}  // namespace trigloop::bundle
