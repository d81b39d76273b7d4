#pragma once
// The samples of a packed file (Data.h5, or complete.h5, which holds one): its test events as background, and its
// signal sets.
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "evaluate/sample.hpp"

namespace trigloop::evaluate {

struct PackedSamples {
  Sample background;
  std::vector<Sample> signals;
  std::vector<std::string> left_out;  ///< blind sets
};

/// Whether a set is not to be looked at.
bool is_blind(const std::filesystem::path& packed, const curate::Settings& settings, const std::string& name);

/// Scores Background_data/Test and all signal sets, blind ones only if `unblind`. Errors: those of read_sample and
/// curate::open_packed.
PackedSamples read_packed(const std::filesystem::path& packed, const score::Scorer& scorer,
                          const curate::Settings& settings, const SampleOptions& options, bool unblind = false);

}  // namespace trigloop::evaluate
