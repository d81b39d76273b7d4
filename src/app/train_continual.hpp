#pragma once
// Continual learning of `trigloop train`: what --init, --replay and --normalisation mean, and the report of what was
// forgotten.
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "train/continual.hpp"

namespace trigloop::app {

struct ContinualOptions {
  std::string init;                 ///< the bundle of the model before; empty: none
  std::vector<std::string> replay;  ///< packed files of older eras
  double share = 0.3;
  std::string normalisation = "kept";  ///< of the model before, or "new": of the new data
};

class Continual {
 public:
  /// Opens the new data and the older eras, scaled for the model that is to be trained. Errors: usage, if eras are
  /// replayed without a model before; those of reading.
  Continual(ContinualOptions options, const std::string& data);

  const train::PackedFile& file() const { return *files_.front(); }
  std::vector<const train::PackedFile*> replay() const;
  /// Takes the weights of the model before.
  void start(train::Recipe& recipe) const;
  /// What the training is made from besides its configuration: part of its identity.
  std::string identity() const;

  /// After the training: both models on all eras. Empty without a model before, or where the score selects nothing.
  std::vector<train::Era> compare(train::Trainer& trainer, const train::Recipe& recipe, unsigned threads) const;
  /// continual.json of the bundle.
  std::string json(const std::vector<train::Era>& eras) const;

 private:
  using Files = std::vector<std::unique_ptr<train::PackedFile>>;
  std::vector<std::string> paths() const;

  ContinualOptions options_;
  std::string data_;
  model::Normalisation before_;  ///< of the model before
  Files files_;                  ///< the new data, then the older eras
};

}  // namespace trigloop::app
