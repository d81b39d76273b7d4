#include "scout/ledger/reservoir_store.hpp"

#include <algorithm>

#include "core/entries.hpp"
#include "core/error.hpp"
#include "core/file.hpp"

namespace trigloop::scout {

namespace fs = std::filesystem;
using event::LumiKey;

namespace {

void make_folder(const fs::path& folder) {
  std::error_code failed;
  fs::create_directories(folder, failed);
  if (failed) {
    throw core::Error(core::ErrorCode::output, "cannot create the folder: " + failed.message())
        .cause(failed.value())
        .file(folder.native());
  }
}

}  // namespace

ReservoirStore::ReservoirStore(fs::path output, ReservoirBudget budget, const std::set<LumiKey>& committed)
    : output_(std::move(output)), budget_(budget) {
  std::set<LumiKey> doubtful;  // of which there are two generations: a process died between two steps
  for (const ReservoirFile& file : list_reservoirs(output_)) {
    const auto next = files_.emplace(Id{file.lumi, file.generation}, Kept{}).first;
    next->second = {read_reservoir_head(file.path).committed_at, core::InputFile(file.path).size()};
    bytes_ += next->second.bytes;
    if (!committed.contains(file.lumi)) {
      remove(next);
    } else if (next != files_.begin() && std::prev(next)->first.first == file.lumi) {
      doubtful.insert(file.lumi);
    }
  }
  for (const LumiKey lumi : doubtful) {
    retire_others(lumi, read_record(output_ / record_name(lumi), RecordPart::spectra).generation);
  }
}

fs::path ReservoirStore::path(const Id& id) const {
  return output_ / reservoir_folder / reservoir_name(id.first, id.second);
}

Reservoir ReservoirStore::load(LumiKey lumi, std::uint32_t generation) const {
  const Id id{lumi, generation};
  return files_.contains(id) ? read_reservoir(path(id)).reservoir : Reservoir();
}

void ReservoirStore::write(const Record& record) {
  if (record.sum.reservoir.rule().count == 0) return;
  const std::vector<std::byte> bytes = encode_reservoir(record);
  const Id id{record.lumi(), record.generation};
  const Kept next{record.committed_at, bytes.size()};
  make_room(id, next);
  if (next.bytes > budget_.disk) return;
  make_folder(output_ / reservoir_folder);
  core::write_file(path(id), bytes);
  Kept& kept = files_[id];
  bytes_ += next.bytes - kept.bytes;
  kept = next;
}

/// That of the generation before stays until the record is written.
void ReservoirStore::make_room(const Id& id, const Kept& next) {
  const auto oldest = [&] {
    auto found = files_.end();
    for (auto file = files_.begin(); file != files_.end(); ++file) {
      if (file->first.first == id.first) continue;
      if (found == files_.end() || file->second.committed_at < found->second.committed_at) found = file;
    }
    return found;
  };
  for (auto file = oldest(); file != files_.end(); file = oldest()) {
    const bool too_old = static_cast<double>(next.committed_at - file->second.committed_at) > budget_.hours * 3600;
    if (!too_old && bytes_ + next.bytes <= budget_.disk) return;
    remove(file);
  }
}

void ReservoirStore::retire_others(LumiKey lumi, std::uint32_t generation) {
  for (auto file = files_.lower_bound({lumi, 0}); file != files_.end() && file->first.first == lumi;) {
    const auto next = std::next(file);
    if (file->first.second != generation) remove(file);
    file = next;
  }
}

void ReservoirStore::remove(std::map<Id, Kept>::iterator file) {
  core::remove_file(path(file->first));
  bytes_ -= file->second.bytes;
  files_.erase(file);
}

}  // namespace trigloop::scout
