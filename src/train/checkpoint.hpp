#pragma once
// A training that can go on where it stopped, bit for bit: weights and moments, the sums of the epoch under way, the
// history. Everything else (data, random numbers, the order of events) is a function of the configuration, whose hash
// the file carries. The file is written beside its name and renamed, so a kill leaves the one before.
#include <cstdint>
#include <filesystem>
#include <string>

#include "train/history.hpp"
#include "train/recipe/recipe.hpp"

namespace trigloop::train {

struct Checkpoint {
  std::string identity;               ///< hash of the configuration, the recipe and the data
  std::size_t stage = 0;              ///< of the recipe; earlier ones are finished
  std::int64_t epoch = 0, batch = 0;  ///< the next batch
  std::vector<double> sums;           ///< of the epoch so far: loss, then its terms
};

/// Error: output.
void write_checkpoint(const std::filesystem::path& path, const Checkpoint& checkpoint, const Recipe& recipe,
                      const Optimiser& optimiser, const History& history);

/// Fills the recipe's weights, `optimiser` of the stage that it was in, and `history`. Errors: mismatch, if it is of
/// another configuration; damaged.
Checkpoint read_checkpoint(const std::filesystem::path& path, const std::string& identity, Recipe& recipe,
                           std::unique_ptr<Optimiser>& optimiser, History& history);

}  // namespace trigloop::train
