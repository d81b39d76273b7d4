#pragma once
// What fine-tuning did to a deployed model: how much it forgot, and whether it still selects the same events.
//
// Both models, the one before and the one after, score the test events and the signals of every era (a packed file: the
// new data, and those that were replayed). On each era each model gets the firmware's threshold for a pure rate on that
// era's background. Forgetting is the fall of a signal's efficiency at this threshold. Overlap is the share of events
// that the model before took and the model after takes, too. Errors are intervals of Clopper and Pearson of one
// standard deviation. Blind signal sets are not looked at.
#include <span>
#include <string>
#include <vector>

#include "core/json_writer.hpp"
#include "evaluate/proportion.hpp"
#include "train/trainer.hpp"

namespace trigloop::train {

/// A set of events (the background is "background") at a threshold of each model. Shares are of all its events; events
/// that fired an L1 bit are not pure, and do not count as taken.
struct Compared {
  std::string set;
  evaluate::Proportion before, after;  ///< of all events, what each model takes
  evaluate::Proportion kept;           ///< of what the model before takes, what the model after takes, too
};

struct ComparedRate {
  double rate_khz = 0;
  std::int64_t before = 0, after = 0;  ///< codes from which on the models take events
  std::vector<Compared> sets;          ///< the background first
};

struct Era {
  std::string path;
  bool is_new = false;  ///< else one that was replayed
  std::uint64_t events = 0;
  double crossings_khz = 0;
  std::vector<ComparedRate> rates;
};

/// A model and the eras, normalised for it; the new one first.
struct ModelOnEras {
  Trainer* trainer = nullptr;
  const Recipe* recipe = nullptr;
  std::vector<const PackedFile*> eras;
};

/// At 50 Hz and 1 kHz. Errors: those of reading; unsupported, for a recipe whose score is not one number.
std::vector<Era> compare_on_eras(const ModelOnEras& before, const ModelOnEras& after);

std::string as_text(std::span<const Era> eras);
void write_json(core::JsonWriter& json, std::span<const Era> eras);

}  // namespace trigloop::train
