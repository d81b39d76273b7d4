#include "scout/history/places.hpp"

#include "core/error.hpp"
#include "scout/record/record.hpp"

namespace trigloop::scout {

namespace fs = std::filesystem;

bool holds_records(const fs::path& path) {
  if (!fs::is_directory(path)) return path.extension() == ".record";
  return !list_records(path).empty();
}

std::vector<fs::path> find_records(const std::vector<fs::path>& places) {
  std::vector<fs::path> records;
  for (const fs::path& place : places) {
    std::error_code ignored;
    if (!fs::is_directory(place, ignored)) {
      records.push_back(place);
      continue;
    }
    const auto found = list_records(place);
    if (found.empty()) {
      throw core::Error(core::ErrorCode::not_found, "holds no records")
          .file(place.native())
          .remedy("`trigloop scout run` makes them");
    }
    records.insert(records.end(), found.begin(), found.end());
  }
  return records;
}

}  // namespace trigloop::scout
