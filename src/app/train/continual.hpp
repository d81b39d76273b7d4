#pragma once
// Continual learning of `trigloop train`: what --init, --replay and --normalisation mean, and the report of what was
// forgotten.
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "config/config.hpp"
#include "train/continual.hpp"

namespace trigloop::app {

struct ContinualOptions {
  std::string init;                 ///< the model before: a bundle, or a Keras file; empty: none
  std::vector<std::string> replay;  ///< packed files of older eras
  double share = 0.3;
  std::string normalisation = "kept";  ///< of the model before, or "new": of the new data
};

class Continual {
 public:
  /// Opens the new data and the older eras, scaled for the model that is to be trained. Errors: usage, if eras are
  /// replayed without a model before, or it does not say how its inputs are scaled and that scaling is to be kept;
  /// those of reading.
  Continual(ContinualOptions options, const std::string& data);

  const train::PackedFile& file() const { return *files_.front(); }
  std::vector<const train::PackedFile*> replay() const;
  /// Takes the weights of the model before. Returns the layers that it lacks, which start anew.
  std::vector<std::string> start(train::Recipe& recipe) const;
  /// What the training is made from besides its configuration: part of its identity.
  std::string identity() const;

  /// After the training: both models on all eras. Empty without a model before, or where the score selects nothing, or
  /// where nothing tells how inputs of the model before are scaled. A Keras file has the recipe's layers and `config`.
  std::vector<train::Era> compare(train::Trainer& trainer, const train::Recipe& recipe, const config::Config& config,
                                  unsigned threads) const;
  /// continual.json of the bundle.
  std::string json(const std::vector<train::Era>& eras) const;

 private:
  using Files = std::vector<std::unique_ptr<train::PackedFile>>;
  std::vector<std::string> paths() const;
  bool is_keras() const;
  std::string weights_file() const;
  void read_scaling();
  train::Recipe recipe_before(const train::Recipe& recipe, const config::Config& config,
                              const train::DataShape& shape) const;

  ContinualOptions options_;
  std::string data_;
  std::optional<model::Normalisation> before_;  ///< of the model before, where it tells
  Files files_;                                 ///< the new data, then the older eras
};

}  // namespace trigloop::app
