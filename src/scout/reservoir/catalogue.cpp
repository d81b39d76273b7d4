#include "scout/reservoir/catalogue.hpp"

#include <algorithm>
#include <optional>

#include "core/error.hpp"
#include "core/parallel.hpp"

namespace trigloop::scout {
namespace {

namespace fs = std::filesystem;
using core::Error;
using core::ErrorCode;

struct Found {
  fs::path output;
  ReservoirFile file;
};

/// None, if it belongs to another generation of the record.
std::optional<ReservoirEntry> entry_of(const Found& found) {
  const Record record = read_record(found.output / record_name(found.file.lumi), RecordPart::spectra);
  if (record.generation != found.file.generation) return {};
  ReservoirEntry entry;
  entry.path = found.file.path;
  entry.head = read_reservoir_head(found.file.path);
  entry.bytes = core::InputFile(found.file.path).size();
  entry.model = record.identity.model;
  entry.complete = record.complete();
  entry.exposure.rows = entry.head.rows;
  try {
    entry.exposure = record.exposure();
  } catch (const Error& e) {
    if (e.code() != ErrorCode::mismatch) throw;  // it contradicts the stream's description
  }
  return entry;
}

void refuse_twice(const std::vector<Found>& all) {
  for (std::size_t i = 1; i < all.size(); ++i) {
    if (all[i].file.lumi != all[i - 1].file.lumi || all[i].output == all[i - 1].output) continue;
    throw Error(ErrorCode::mismatch, "the lumisection is in " + all[i].file.path.native() + ", too")
        .file(all[i - 1].file.path.native())
        .remedy("Leave one of the two out: its events would count twice");
  }
}

std::vector<Found> all_files(const std::vector<fs::path>& outputs, const std::function<bool(event::LumiKey)>& wanted) {
  std::vector<Found> all;
  for (const fs::path& output : outputs) {
    if (!fs::is_directory(output)) throw Error(ErrorCode::not_found, "there is no such folder").file(output.native());
    for (ReservoirFile& file : list_reservoirs(output)) {
      if (!wanted || wanted(file.lumi)) all.push_back({output, std::move(file)});
    }
  }
  std::ranges::stable_sort(all, {}, [](const Found& f) { return f.file.lumi; });
  refuse_twice(all);
  return all;
}

}  // namespace

std::vector<ReservoirEntry> find_reservoirs(const std::vector<fs::path>& outputs,
                                            const std::function<bool(event::LumiKey)>& wanted, unsigned threads) {
  const std::vector<Found> all = all_files(outputs, wanted);
  std::vector<std::optional<ReservoirEntry>> found(all.size());
  core::parallel_for(all.size(), threads, [&](std::size_t i, unsigned) {
    try {
      found[i] = entry_of(all[i]);
    } catch (const Error& e) {
      if (e.code() != ErrorCode::not_found) throw;
    }
  });
  std::vector<ReservoirEntry> entries;
  for (auto& one : found) {
    if (one) entries.push_back(std::move(*one));
  }
  return entries;
}

}  // namespace trigloop::scout
