#include "scout/stores/stages.hpp"

#include <algorithm>
#include <system_error>

#include "core/error.hpp"
#include "io/zarr/zarr.hpp"

namespace trigloop::scout::stores {
namespace {

namespace fs = std::filesystem;
using core::Error;
using core::ErrorCode;

/// The attribute is written last: before, the group may be half there.
bool is_whole(const fs::path& store) {
  try {
    return io::zarr::read_attributes(store, "").find("\"WriteTime\"") != std::string::npos;
  } catch (const Error&) {
    return false;  // not even a group yet, or gone again
  }
}

}  // namespace

Stage parse_stage(std::string_view text) {
  if (text == "stage1") return Stage::one;
  if (text == "stage2") return Stage::two;
  if (text == "stage3") return Stage::three;
  throw Error(ErrorCode::usage, "there is no stage '" + core::escaped(text) + "'")
      .remedy("The stages are stage1, stage2 and stage3");
}

std::vector<Stage> parse_stages(std::string_view text) {
  std::vector<Stage> stages;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    stages.push_back(parse_stage(text.substr(begin, end - begin)));
    begin = end + 1;
  }
  std::ranges::sort(stages);
  stages.erase(std::unique(stages.begin(), stages.end()), stages.end());
  return stages;
}

fs::path stage_folder(const fs::path& folder, Stage stage) {
  return folder / ("StoreStage" + std::to_string(static_cast<int>(stage)));
}

std::string store_name(const InputId& input, unsigned part, std::string_view ending) {
  return input.hash.substr(0, 16) + "_" + std::to_string(part) + "_" + std::to_string(parts) + std::string(ending);
}

std::vector<fs::path> list_stores(const fs::path& folder, Stage stage, std::vector<fs::path>* unfinished) {
  const fs::path below = stage_folder(folder, stage);
  std::error_code failed;
  const fs::path place = fs::is_directory(below, failed) ? below : folder;
  std::vector<fs::path> stores;
  const std::string_view ending = stage == Stage::three ? ".axo_shards" : ".zarr";
  for (fs::directory_iterator at(place, failed), end; !failed && at != end; at.increment(failed)) {
    const fs::path& path = at->path();
    if (path.extension() != ending || path.filename().native().starts_with('.')) continue;
    if (stage == Stage::three || is_whole(path)) {
      stores.push_back(path);
    } else if (unfinished != nullptr) {
      unfinished->push_back(path);
    }
  }
  if (failed) throw Error(ErrorCode::not_found, "cannot read the folder: " + failed.message()).file(place.native());
  std::ranges::sort(stores);
  return stores;
}

event::Layout stage1_layout() { return event::find_layout(stage1_layout_name); }

}  // namespace trigloop::scout::stores
