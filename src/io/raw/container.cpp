#include "io/raw/container.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <tuple>

#include "core/bytes.hpp"
#include "core/error.hpp"
#include "io/raw/fields.hpp"

namespace trigloop::io::raw {
namespace {

namespace fs = std::filesystem;
using core::Error;
using core::ErrorCode;
using core::load_le;

constexpr std::size_t event_header = 24, sds_bytes = 4;
constexpr unsigned most_companions = 64;

Error damaged(const std::string& reason, std::uint64_t offset) {
  Error error(ErrorCode::damaged, reason);
  error.offset(offset).remedy("Its writer has not finished, or the copy failed: copy it again from its source");
  return error;
}

std::string in_orbit(std::uint32_t orbit) { return "orbit " + std::to_string(orbit); }

/// What is read of the header of a file.
struct FileHeader {
  std::uint64_t bytes = 0, events = 0, file_bytes = 0;
};

FileHeader read_file_header(const core::InputFile& file) {
  std::array<std::byte, 32> header{};
  if (file.size() < header.size()) throw damaged("ends within its header", file.size());
  file.read(0, header);
  const std::string_view mark(reinterpret_cast<const char*>(header.data()), 8);
  const std::uint64_t stated = load_le<std::uint16_t>(&header[8]);
  FileHeader found;
  if (mark == "RAW_0001") {
    found = {24, load_le<std::uint16_t>(&header[10]), load_le<std::uint64_t>(&header[16])};
  } else if (mark == "RAW_0002") {
    found = {32, load_le<std::uint32_t>(&header[12]), load_le<std::uint64_t>(&header[24])};
  } else {
    throw Error(ErrorCode::unsupported, "is a raw file of version '" + core::escaped(mark.substr(4)) + "'")
        .remedy("trigloop reads versions 0001 and 0002");
  }
  if (stated != found.bytes) throw damaged("its header states " + std::to_string(stated) + " bytes of header", 8);
  if (found.file_bytes != file.size()) {
    throw damaged(
        "its header states " + std::to_string(found.file_bytes) + " bytes, it has " + std::to_string(file.size()),
        found.bytes - 8);
  }
  return found;
}

/// An event as it stands in a file.
struct Event {
  Orbit orbit;
  Part part;
};

class FileIndexer {
 public:
  FileIndexer(const core::InputFile& file, std::uint32_t number, std::vector<Event>& events)
      : file_(file), number_(number), events_(events) {}

  void index() {
    const FileHeader header = read_file_header(file_);
    std::uint64_t at = header.bytes, found = 0;
    for (; at < file_.size(); ++found) at = index_event(at);
    // The header's number has 16 bits in CMSSW's own writer.
    if (found != header.events && (found & 0xFFFF) != header.events) {
      throw damaged("its header states " + std::to_string(header.events) + " events, it has " + std::to_string(found),
                    0);
    }
  }

 private:
  /// Returns where the next one begins.
  std::uint64_t index_event(std::uint64_t at) {
    std::array<std::byte, event_header + sds_bytes> header{};
    if (file_.size() - at < header.size()) throw damaged("ends within the header of an event", at);
    file_.read(at, header);
    const auto version = load_le<std::uint16_t>(header.data());
    const auto field = [&](std::size_t i) { return load_le<std::uint32_t>(&header[4 * i]); };
    if (version != 5 && version != 6) {
      throw Error(ErrorCode::unsupported, "an event has a header of version " + std::to_string(version))
          .offset(at)
          .remedy("trigloop reads versions 5 and 6; or the file is corrupted");
    }
    const Orbit orbit{field(1), field(2), field(3), 0};
    const std::uint32_t bytes = field(4), sds = field(6);
    const auto fail = [&](const std::string& reason) { return damaged(reason, at).in(in_orbit(orbit.number)); };
    if (bytes < sds_bytes || bytes % 4 != 0 || bytes > file_.size() - at - event_header) {
      throw fail("its event states " + std::to_string(bytes) + " bytes, of which the file has " +
                 std::to_string(file_.size() - at - event_header));
    }
    if (products_of(sds).empty()) {
      throw Error(ErrorCode::unsupported, "holds data of source " + std::to_string(sds) + ", which is none of scouting")
          .offset(at + event_header)
          .in(in_orbit(orbit.number))
          .remedy("trigloop reads the muon trigger (1), the calorimeter (2, 22 to 25), and barrel stubs (10 to 21)");
    }
    events_.push_back(
        {orbit,
         {at + event_header + sds_bytes, bytes - static_cast<std::uint32_t>(sds_bytes), sds, number_, field(5)}});
    return at + event_header + bytes;
  }

  const core::InputFile& file_;
  std::uint32_t number_;
  std::vector<Event>& events_;
};

/// By orbits, each with the parts of all sources.
void join(std::vector<Event>& events, Container& out) {
  const auto place = [](const Event& e) { return std::tuple(e.orbit.run, e.orbit.number, e.part.sds); };
  std::ranges::sort(events, {}, place);
  for (std::size_t i = 0; i < events.size(); ++i) {
    const auto& [orbit, part] = events[i];
    const auto fail = [&](const std::string& reason) {
      return damaged(reason, part.offset - sds_bytes - event_header)
          .in(in_orbit(orbit.number))
          .file(out.files[part.file].path().native());
    };
    const bool same = i > 0 && orbit.run == events[i - 1].orbit.run && orbit.number == events[i - 1].orbit.number;
    if (same && place(events[i - 1]) == place(events[i]))
      throw fail("source " + std::to_string(part.sds) + " stands twice");
    if (same && orbit.lumisection != out.orbits.back().lumisection) {
      throw fail("is in lumisection " + std::to_string(out.orbits.back().lumisection) + " and in " +
                 std::to_string(orbit.lumisection));
    }
    if (!same) {
      out.orbits.push_back(orbit);
      out.orbits.back().first_part = i;
    }
    out.parts.push_back(part);
  }
  out.orbits.push_back({0, 0, 0, events.size()});
}

}  // namespace

Container open_container(const fs::path& path) {
  Container container;
  std::vector<Event> events;
  for (const fs::path& one : with_companions(path)) {
    const core::InputFile& file = container.files.emplace_back(one);
    try {
      FileIndexer(file, static_cast<std::uint32_t>(container.files.size() - 1), events).index();
    } catch (Error& e) {
      e.file(one.native());
      throw;
    }
  }
  join(events, container);
  return container;
}

std::vector<fs::path> with_companions(const fs::path& path) {
  std::vector<fs::path> paths{path};
  std::error_code ignored;
  for (unsigned i = 1; i <= most_companions; ++i) {
    fs::path companion = path;
    companion += "_" + std::to_string(i);
    if (!fs::is_regular_file(companion, ignored)) break;
    paths.push_back(std::move(companion));
  }
  return paths;
}

bool is_companion(const fs::path& path) {
  const std::string name = path.filename().native();
  const std::size_t mark = name.rfind(".raw_");
  return mark != name.npos && mark + 5 < name.size() &&
         name.find_first_not_of("0123456789", mark + 5) == std::string::npos;
}

}  // namespace trigloop::io::raw
