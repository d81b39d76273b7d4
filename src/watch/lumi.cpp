#include "watch/lumi.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "core/file.hpp"
#include "score/spectrum_file.hpp"

namespace trigloop::watch {
namespace {

namespace fs = std::filesystem;
using core::Error;
using core::ErrorCode;

Lumi from_axo(const fs::path& path) {
  const score::Spectrum spectrum = score::parse_axo(core::read_text(path));
  if (spectrum.lumisections.size() != 1) throw Error(ErrorCode::damaged, "does not name one lumisection");
  Lumi lumi;
  lumi.key = spectrum.lumisections.front();
  lumi.exposure = spectrum.exposure;
  lumi.fraction = spectrum.fraction();
  lumi.all = spectrum.bins();
  return lumi;
}

std::vector<fs::path> files_of(const fs::path& place) {
  if (!fs::is_directory(place)) return {place};
  std::vector<fs::path> files = scout::list_records(place);
  if (!files.empty()) return files;
  for (const auto& entry : fs::directory_iterator(place)) {
    if (entry.path().extension() == ".axo" && scout::lumi_of(entry.path())) files.push_back(entry.path());
  }
  return files;
}

}  // namespace

Lumi lumi_from(scout::Record record) {
  Lumi lumi;
  lumi.key = record.lumi();
  lumi.exposure = record.exposure();
  lumi.fraction = record.identity.fraction;
  lumi.all = std::move(record.sum.all);
  lumi.pure = std::move(record.sum.pure);
  lumi.has_pure = !record.identity.menu.empty();
  lumi.inputs = std::move(record.sum.inputs);
  lumi.model = record.identity.model;
  return lumi;
}

Lumi read_lumi(const fs::path& path, LumiPart part) {
  try {
    if (path.extension() == ".axo") return from_axo(path);
    return lumi_from(
        scout::read_record(path, part == LumiPart::whole ? scout::RecordPart::whole : scout::RecordPart::spectra));
  } catch (Error& e) {
    throw e.file(path.native());
  }
}

std::vector<fs::path> find_lumis(const std::vector<fs::path>& places) {
  std::vector<std::pair<event::LumiKey, fs::path>> found;
  for (const fs::path& place : places) {
    if (!fs::exists(place)) throw Error(ErrorCode::not_found, "there is no such file or folder").file(place.native());
    for (const fs::path& file : files_of(place)) {
      const auto key = scout::lumi_of(file);
      if (!key) throw Error(ErrorCode::usage, "is neither a record nor an .axo file by its name").file(file.native());
      found.emplace_back(*key, file);
    }
  }
  std::ranges::sort(found);
  const auto twice = std::ranges::adjacent_find(found, {}, &decltype(found)::value_type::first);
  if (twice != found.end()) {
    throw Error(ErrorCode::mismatch, "the lumisection is in " + std::next(twice)->second.native() + ", too")
        .file(twice->second.native())
        .remedy("Watch one of the two");
  }
  std::vector<fs::path> files;
  for (auto& [key, file] : found) files.push_back(std::move(file));
  return files;
}

}  // namespace trigloop::watch
