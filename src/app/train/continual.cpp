#include "app/train/continual.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "core/file.hpp"
#include "core/sha256.hpp"
#include "io/hdf5/hdf5.hpp"
#include "train/bundle.hpp"
#include "train/keras.hpp"

namespace trigloop::app {
namespace {

std::vector<const train::PackedFile*> pointers(const std::vector<std::unique_ptr<train::PackedFile>>& files) {
  std::vector<const train::PackedFile*> out;
  for (const auto& file : files) out.push_back(file.get());
  return out;
}

/// The model of a bundle, by the recipe and the configuration that it was trained from.
train::Recipe recipe_of(const std::filesystem::path& bundle, const train::DataShape& shape) {
  const config::Config config = config::Config::load(bundle / "config.yaml");
  const std::string text = core::read_text(bundle / "recipe.yml", 1u << 20);
  train::Recipe recipe = train::build_recipe(text, (bundle / "recipe.yml").native(), config.root(), shape);
  train::load_weights(bundle, recipe);
  if (recipe.score.kind == train::Score::Kind::mixture && !recipe.mixture)
    throw core::Error(core::ErrorCode::mismatch, "has no mixture").file((bundle / "weights.h5").native());
  return recipe;
}

}  // namespace

Continual::Continual(ContinualOptions options, const std::string& data) : options_(std::move(options)), data_(data) {
  if (options_.init.empty() && !options_.replay.empty()) {
    throw core::Error(core::ErrorCode::usage, "--replay needs the model that learns on")
        .remedy("Name its bundle with --init");
  }
  std::optional<model::Normalisation> scaling;
  if (!options_.init.empty()) read_scaling();
  if (options_.normalisation == "kept") scaling = before_;
  for (const std::string& path : paths()) {
    files_.push_back(std::make_unique<train::PackedFile>(path, scaling));
    scaling = files_.front()->normalisation();
  }
}

std::vector<std::string> Continual::paths() const {
  std::vector<std::string> all{data_};
  all.insert(all.end(), options_.replay.begin(), options_.replay.end());
  return all;
}

std::vector<const train::PackedFile*> Continual::replay() const {
  std::vector<const train::PackedFile*> eras = pointers(files_);
  eras.erase(eras.begin());
  return eras;
}

bool Continual::is_keras() const { return std::filesystem::is_regular_file(options_.init); }

std::string Continual::weights_file() const {
  return is_keras() ? options_.init : (std::filesystem::path(options_.init) / "weights.h5").native();
}

/// build.h5 has none, and the package's lite.h5 neither: then the new data's is all that there is.
void Continual::read_scaling() {
  if (!is_keras()) {
    before_ = model::read_normalisation(std::filesystem::path(options_.init) / "normalisation.yaml");
    return;
  }
  const auto source = io::hdf5::open(options_.init);
  const auto scales = [](const io::TableInfo& table) { return table.name.ends_with("Normalisation"); };
  if (std::ranges::any_of(source->info().tables, scales)) before_ = model::read_normalisation(options_.init);
  if (before_ || options_.normalisation != "kept") return;
  throw core::Error(core::ErrorCode::usage, "does not say how its inputs are scaled, which is to be kept")
      .file(options_.init)
      .remedy("Say --normalisation new, if the new data are scaled as it expects");
}

std::vector<std::string> Continual::start(train::Recipe& recipe) const {
  if (options_.init.empty()) return {};
  if (is_keras()) return train::load_keras(options_.init, recipe);
  train::load_weights(options_.init, recipe);
  return {};
}

std::string Continual::identity() const {
  if (options_.init.empty()) return "";
  std::string text = core::sha256_of_file(weights_file()) + options_.normalisation + std::to_string(options_.share);
  for (const std::string& path : options_.replay) text += core::sha256_of_file(path);
  return text;
}

train::Recipe Continual::recipe_before(const train::Recipe& recipe, const config::Config& config,
                                       const train::DataShape& shape) const {
  if (!is_keras()) return recipe_of(options_.init, shape);
  train::Recipe before = train::build_recipe(recipe.text, recipe.name, config.root(), shape);
  train::load_keras(options_.init, before);
  return before;
}

std::vector<train::Era> Continual::compare(train::Trainer& trainer, const train::Recipe& recipe,
                                           const config::Config& config, unsigned threads) const {
  if (!before_ || recipe.score.kind == train::Score::Kind::output) return {};
  std::vector<std::unique_ptr<train::PackedFile>> files;
  for (const std::string& path : paths()) files.push_back(std::make_unique<train::PackedFile>(path, before_));
  train::Recipe before = recipe_before(recipe, config, files.front()->shape());
  train::TrainOptions options;
  options.threads = threads;
  train::Trainer old(before, *files.front(), std::move(options));
  return train::compare_on_eras({&old, &before, pointers(files)}, {&trainer, &recipe, pointers(files_)});
}

std::string Continual::json(const std::vector<train::Era>& eras) const {
  core::JsonWriter json;
  json.begin_object().member("trigloop_continual", 1).member("init", options_.init);
  json.member("init_weights_sha256", core::sha256_of_file(weights_file()));
  json.member("normalisation", options_.normalisation).member("replay_share", options_.share);
  json.key("replay").begin_array();
  for (const std::string& path : options_.replay) json.value(path);
  json.end_array().key("eras");
  train::write_json(json, eras);
  return json.end_object().text() + "\n";
}

}  // namespace trigloop::app
