#pragma once
// A recipe: YAML over the engine's parts, with numbers from the configuration. docs/recipes.md describes the form; the
// built-in ones are recipes/*.yml.
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/value.hpp"
#include "train/engine/stage.hpp"
#include "train/mixture/mixture.hpp"

namespace trigloop::train {

/// How an event's score follows from tensors.
struct Score {
  enum class Kind : std::uint8_t { squared_distance, sum_of_squares, mixture, output };
  Kind kind = Kind::output;
  std::string stage, tensor, other;  ///< of the stage; `other` is what the distance is to
  std::string target;                ///< of an output: the column that it estimates, or ""
};

/// How the Gaussian mixture of a score is fitted, when all stages are trained.
struct MixtureFit {
  MixtureOptions options;
  std::size_t events = 100'000;  ///< of the training events, drawn at random; 0: all
  bool compat = false;           ///< to 1 % of the test events, as the Python package does, which is a leak
};

struct Recipe {
  std::string name;
  std::string text;                                 ///< the YAML, for the bundle
  Quantiser data;                                   ///< of normalised inputs, while the network is trained
  Quantiser input = Quantiser::signed_bits(14, 5);  ///< of the same in firmware, where what was trained runs
  double crossings_khz = 28608.8064;                ///< colliding crossings, which rates are shares of
  std::vector<double> watched_khz;  ///< raw rates at which signals are watched, beside 1 kHz of pure rate
  bool supervised = false;          ///< trains on the signal sets, each being a class
  std::vector<std::unique_ptr<Stage>> stages;
  Score score;
  MixtureFit mixture_fit;
  std::optional<Mixture> mixture;  ///< of a mixture's score, once it is fitted

  Stage& stage(const std::string& stage_name) const;
};

/// What a recipe needs to know of the data.
struct DataShape {
  Geometry geometry;
  std::size_t features = 0, classes = 0;
};

/// Of AXOL1TL's 57 features and two classes: enough to check a recipe without data.
DataShape example_shape();

/// The YAML of a built-in recipe; empty if there is none of that name.
std::string_view builtin_text(std::string_view name);
/// Names of the built-in recipes.
std::vector<std::string> builtin_recipes();
/// The YAML of a recipe: a built-in name, or a file. Error: usage, with the nearest name; not_found.
std::string recipe_text(const std::string& name_or_path);

/// Builds the stages with initial weights. `config` is the merged configuration (its train_recipe is not looked at).
/// Errors: usage, with line and place.
Recipe build_recipe(const std::string& text, const std::string& name, const config::Value& config,
                    const DataShape& shape);

}  // namespace trigloop::train
