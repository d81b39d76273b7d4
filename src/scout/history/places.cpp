#include "scout/history/places.hpp"

#include <set>

#include "core/error.hpp"
#include "scout/record/identity.hpp"
#include "scout/record/record.hpp"

namespace trigloop::scout {

namespace fs = std::filesystem;
using core::Error;
using core::ErrorCode;

namespace {

std::vector<fs::path> made_by(const std::string& model, const std::vector<fs::path>& paths) {
  std::vector<fs::path> made;
  std::set<std::string> others;
  for (const fs::path& path : paths) {
    const Identity identity = read_record(path, RecordPart::spectra).identity;
    if (identity.model.starts_with(model)) {
      made.push_back(path);
    } else {
      others.insert(model_in_words(identity));
    }
  }
  if (!made.empty() || paths.empty()) return made;
  std::string names;
  for (const std::string& other : others) names += (names.empty() ? "" : ", ") + other;
  throw Error(ErrorCode::not_found, "no record is of the model '" + core::escaped(model) + "'; there are " + names)
      .file(paths.front().parent_path().native());
}

}  // namespace

bool holds_records(const fs::path& path) {
  if (!fs::is_directory(path)) return path.extension() == ".record";
  return !list_records(path).empty();
}

std::vector<fs::path> find_records(const std::vector<fs::path>& places, const std::string& model) {
  std::vector<fs::path> records;
  for (const fs::path& place : places) {
    std::error_code ignored;
    if (!fs::is_directory(place, ignored)) {
      records.push_back(place);
      continue;
    }
    const auto found = list_records(place);
    if (found.empty()) {
      throw Error(ErrorCode::not_found, "holds no records")
          .file(place.native())
          .remedy("`trigloop scout run` makes them");
    }
    records.insert(records.end(), found.begin(), found.end());
  }
  return model.empty() ? records : made_by(model, records);
}

}  // namespace trigloop::scout
