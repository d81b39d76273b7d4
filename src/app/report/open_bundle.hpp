#pragma once
// Bundles for reports and single figures.
#include <filesystem>

#include "bundle/bundle.hpp"

namespace trigloop::app {

/// bundle::read. The training package's complete.h5 holds events in place of what its report draws from them: scores
/// against pile-up, HT and momenta, embeddings and how they are rebuilt are made here from these events, by our engine.
/// Where its network is not at hand or does not fit, a warning says why. Errors: those of bundle::read.
bundle::Bundle open_bundle(const std::filesystem::path& path);

}  // namespace trigloop::app
