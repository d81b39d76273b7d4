#include "scout/follow/wholeness.hpp"

#include <nlohmann/json.hpp>
#include <system_error>

#include "core/file.hpp"
#include "io/any/any.hpp"
#include "io/bind.hpp"
#include "io/root/file.hpp"
#include "scout/pass/sections.hpp"

namespace trigloop::scout {
namespace {

namespace fs = std::filesystem;
using core::Error;
using core::ErrorCode;

void require_write_time(const fs::path& store) {
  const fs::path attributes = store / ".zattrs";
  std::error_code ignored;
  if (fs::exists(attributes, ignored)) {
    const auto json = nlohmann::json::parse(core::read_text(attributes, 16u << 20), nullptr, false);
    if (json.is_object() && json.contains("WriteTime")) return;
  }
  throw Error(ErrorCode::damaged, "has no attribute WriteTime, which its writer sets last").file(store.native());
}

std::uint64_t bytes_below(const fs::path& folder) {
  std::uint64_t bytes = 0;
  std::error_code error;
  for (fs::recursive_directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    std::error_code ignored;
    if (at->is_regular_file(ignored)) bytes += at->file_size(ignored);
  }
  return bytes;
}

void require_closed(const fs::path& path, const io::SourceInfo& info) {
  if (!info.format.starts_with("ROOT")) return;
  const io::root::RootFile file(path);
  if (file.header().end == file.input().size()) return;
  throw Error(ErrorCode::damaged, "was not closed by its writer: its header says " + std::to_string(file.header().end) +
                                      " bytes, it has " + std::to_string(file.input().size()))
      .file(path.native())
      .remedy("Copy it again from its source");
}

/// A raw file whose companions are not there yet has no columns of theirs.
void require_companions(const io::Source& source, const event::Layout& layout) {
  if (!source.info().format.starts_with("RAW")) return;
  try {
    io::bind(layout, source);
  } catch (const Error& e) {
    throw Error(ErrorCode::damaged, "has no file of another source beside it, or not all: it " + e.reason())
        .file(source.info().path.native())
        .remedy("Files of further sources are called as the first, with _1, _2, ... behind");
  }
}

/// It is told only to count what is lost, should the input vanish: the pass will say what is wrong with it.
std::set<event::LumiKey> lumisections_in(const io::Source& source, const event::OrbitsSeen& seen) {
  std::set<event::LumiKey> lumisections;
  try {
    for (const auto& [lumi, orbits] : stated_orbits(seen, source)) lumisections.insert(lumi);
  } catch (const Error&) {
    lumisections.clear();
  }
  return lumisections;
}

}  // namespace

Verdict judge(const fs::path& path, const event::Layout* layout) {
  try {
    std::error_code ignored;
    const bool store = fs::is_directory(path, ignored);
    if (store) require_write_time(path);
    const auto source = io::open(path);
    require_closed(path, source->info());
    if (layout != nullptr) require_companions(*source, *layout);
    const bool tells = layout != nullptr && layout->orbits_seen;
    return {std::nullopt, store ? bytes_below(path) : source->info().bytes,
            tells ? lumisections_in(*source, *layout->orbits_seen) : std::set<event::LumiKey>()};
  } catch (Error& e) {
    e.file(path.native());
    return {e};
  }
}

}  // namespace trigloop::scout
