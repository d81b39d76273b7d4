#pragma once
// What a training leaves beside its folder: an evaluation on the packed file, and the files of the training package.
#include <filesystem>
#include <optional>
#include <string>

#include "bundle/bundle.hpp"
#include "bundle/keras.hpp"
#include "config/config.hpp"
#include "evaluate/evaluate.hpp"
#include "train/bundle.hpp"

namespace trigloop::app {

/// Events of each sample whose hidden features are kept: enough for contours, and quick.
inline constexpr std::size_t hidden_events = 2000;

/// Thresholds and columns as the configuration asks for them.
evaluate::EvaluateOptions evaluate_options(const config::Config& config);

/// A trained network with its results on the test events and signal sets of the packed file, those that are not blind.
/// Where the file or the network do not fit an evaluation, a warning says so, and there are no results.
bundle::Bundle evaluated_bundle(const config::Config& config, const train::Recipe& recipe,
                                const train::PackedFile& file, const train::History& history, unsigned threads);

/// lite.h5 as bytes.
std::string lite_file(const bundle::Bundle& bundle, const config::Config& config,
                      const std::optional<bundle::KerasModel>& keras, const std::filesystem::path& beside);

/// Writes lite.h5, complete.h5 and build.h5 where the section `store` says, and the report where `report` does.
/// Returns what was written.
std::vector<std::filesystem::path> store(const bundle::Bundle& bundle, const config::Config& config,
                                         const std::optional<bundle::KerasModel>& keras,
                                         const std::filesystem::path& packed);

}  // namespace trigloop::app
