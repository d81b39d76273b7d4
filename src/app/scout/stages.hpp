#pragma once
// `trigloop scout run` beside the Scouting Analyser: --tap, --from and --to.
#include <CLI/CLI.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "app/scout/scout.hpp"
#include "scout/run/reading.hpp"

namespace trigloop::app {

struct StageOptions {
  std::string tap, from, to;
  bool empty() const noexcept { return tap.empty() && from.empty() && to.empty(); }
};
void add_stage_options(CLI::App& run, StageOptions& options);

/// What needs no books: --to stops at a store, --from stage3 merges shards into .axo files. Returns whether it was
/// asked for, and is done. `consume`: inputs are removed after their output is there. Errors: usage, for stages that
/// contradict each other; those of reading and writing.
bool run_stages_alone(const StageOptions& stages, const ScoutOptions& options, const std::vector<std::string>& inputs,
                      const std::filesystem::path& output, unsigned threads, bool consume);

/// The examiner of the inputs or of the stores that --from names.
scout::Examiner make_examiner(const StageOptions& stages, const ScoutOptions& options);
/// Files, or the whole stores of the stage in the folders that are given. Error: not_found.
std::vector<std::filesystem::path> inputs_of(const StageOptions& stages, const std::vector<std::string>& inputs);
/// Sets how inputs are opened and what taps them. Error: usage, with --part.
void use_stages(const StageOptions& stages, const scout::Examiner& examiner, const std::filesystem::path& output,
                scout::ReadingOptions& reading);

/// A stream of stores, or into stores: its folder and patterns are those of --from, and its books lie beside the stores
/// of --to. Errors: usage, for what only a batch can do.
struct StageStream {
  std::filesystem::path folder, books;
  std::vector<std::string> patterns;
};
StageStream stream_of(const StageOptions& stages, const std::filesystem::path& folder,
                      const std::vector<std::string>& patterns, const std::filesystem::path& output);
/// With --to: inputs become stores, and no records.
scout::Examine examine_into_stores(const StageOptions& stages, const scout::Examiner& examiner,
                                   const std::filesystem::path& output, unsigned threads);

}  // namespace trigloop::app
