#pragma once
// The stages of the Scouting Analyser between which a user can cut, and where their stores lie.
//
//     FOLDER/StoreStage1/*.zarr         events: 57 hardware integers each, and their keys
//     FOLDER/StoreStage2/*.zarr         scores and keys
//     FOLDER/StoreStage3/*.axo_shards   histograms of parts of a lumisection
//     FOLDER/*.axo                      histograms of lumisections (stage 4)
//
// Its names are a time and two random numbers. Ours are a hash of the input, the number of the part and their number:
// the same for the same input, so that a repeated run replaces its stores where the original would double them.
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "event/layout.hpp"
#include "scout/record/contribution.hpp"

namespace trigloop::scout::stores {

/// Parts into which an input (stages 1 and 2) or a lumisection (stage 3) is cut. Stage 4 waits for exactly as many.
inline constexpr unsigned parts = 32;

enum class Stage : std::uint8_t { one = 1, two, three };

/// "stage1". Errors: usage, with what would be right.
Stage parse_stage(std::string_view text);
/// "stage1,stage3": ascending, each once.
std::vector<Stage> parse_stages(std::string_view text);

std::filesystem::path stage_folder(const std::filesystem::path& folder, Stage stage);
/// "9f86d081884c7d65_3_32.zarr"
std::string store_name(const InputId& input, unsigned part, std::string_view ending);

/// A folder's stores of a stage, by name. Zarr groups count only when they are whole, which their attribute `WriteTime`
/// says; the others are named in `unfinished`, if asked for. `folder` may be the stage's folder or the one above.
/// Error: not_found, if there is no such folder.
std::vector<std::filesystem::path> list_stores(const std::filesystem::path& folder, Stage stage,
                                               std::vector<std::filesystem::path>* unfinished = nullptr);

/// How a pass reads a group of stage 1: a built-in layout.
inline constexpr const char* stage1_layout_name = "scouting-analyser-stage1";
event::Layout stage1_layout();

}  // namespace trigloop::scout::stores
