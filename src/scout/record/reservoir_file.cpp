#include "scout/record/reservoir_file.hpp"

#include <algorithm>
#include <cstdio>
#include <tuple>

#include "core/entries.hpp"
#include "core/error.hpp"
#include "scout/record/frame.hpp"
#include "scout/record/identity.hpp"

namespace trigloop::scout {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view magic = "TLRESERV";
constexpr std::uint32_t version = 1;
constexpr std::size_t block_bytes = std::size_t{8} << 20;
constexpr std::uint64_t max_file_bytes = std::uint64_t{1} << 32;

template <class A, class Head>
void head(A& a, Head& head) {
  a.number(head.lumi.run);
  a.number(head.lumi.lumisection);
  a.number(head.generation);
  a.number(head.committed_at);
  a.number(head.rule.count);
  a.number(head.rule.et_type);
  a.number(head.rule.ht_type);
  a.number(head.events);
  a.number(head.rows);
}

ReservoirHead read_head(FrameReader& frames) {
  FieldReader fields(frames.section(tag("HEAD")));
  ReservoirHead read;
  head(fields, read);
  if (!fields.at_end() || read.events > read.rows || read.events > read.rule.count) {
    fields.fail("contradicts itself");
  }
  return read;
}

FrameReader frames_of(std::span<const std::byte> bytes) { return {bytes, magic, version, "reservoir"}; }

/// A block of packed events, each behind its length.
void read_block(std::span<const std::byte> content, const Lots& lots, Reservoir& reservoir) {
  FieldReader fields(content);
  while (!fields.at_end()) {
    std::uint64_t size = 0;
    fields.packed(size);
    reservoir.offer_packed(lots, fields.take(static_cast<std::size_t>(size)));
  }
}

template <class Read>
auto named(const fs::path& path, Read read) {
  try {
    return read();
  } catch (core::Error& e) {
    e.file(path.native());
    throw;
  }
}

std::vector<std::byte> bytes_of(const core::InputFile& file, std::uint64_t bytes) {
  if (bytes > max_file_bytes) throw core::Error(core::ErrorCode::limit, "a reservoir has at most 4 GiB");
  std::vector<std::byte> out(static_cast<std::size_t>(bytes));
  file.read(0, out);
  return out;
}

}  // namespace

std::vector<std::byte> encode_reservoir(const Record& record) {
  const Reservoir& reservoir = record.sum.reservoir;
  const auto events = reservoir.packed_events();
  FrameWriter frames(magic, version);
  FieldWriter front, identity;
  const ReservoirHead written{record.lumi(),    record.generation, record.committed_at,
                              reservoir.rule(), events.size(),     total(record.sum.all)};
  head(front, written);
  frames.section(tag("HEAD"), front.bytes());
  identity.text(format_identity(record.identity));
  frames.section(tag("IDEN"), identity.bytes());
  FieldWriter block;
  for (const auto event : events) {
    block.packed(event.size());
    block.append(event);
    if (block.bytes().size() < block_bytes) continue;
    frames.section(tag("EVTS"), block.bytes());
    block = {};
  }
  if (!block.bytes().empty()) frames.section(tag("EVTS"), block.bytes());
  return frames.take();
}

StoredReservoir decode_reservoir(std::span<const std::byte> bytes) {
  FrameReader frames = frames_of(bytes);
  StoredReservoir stored;
  stored.head = read_head(frames);
  FieldReader fields(frames.section(tag("IDEN")));
  std::string identity;
  fields.text(identity);
  stored.identity = parse_identity(identity);
  stored.reservoir = Reservoir(stored.head.rule);
  const Lots lots(stored.head.lumi);
  while (!frames.at_end()) read_block(frames.section(tag("EVTS")), lots, stored.reservoir);
  if (stored.reservoir.size() != stored.head.events) {
    throw core::Error(core::ErrorCode::damaged, "holds " + std::to_string(stored.reservoir.size()) +
                                                    " events, and says " + std::to_string(stored.head.events));
  }
  return stored;
}

ReservoirHead read_reservoir_head(const fs::path& path) {
  return named(path, [&] {
    const core::InputFile file(path);
    const auto bytes = bytes_of(file, end_of_sections(file, magic, 1));
    FrameReader frames = frames_of(bytes);
    return read_head(frames);
  });
}

StoredReservoir read_reservoir(const fs::path& path) {
  return named(path, [&] {
    const core::InputFile file(path);
    return decode_reservoir(bytes_of(file, file.size()));
  });
}

std::string reservoir_name(event::LumiKey lumi, std::uint32_t generation) {
  return "run_" + std::to_string(lumi.run) + "_lumi_" + std::to_string(lumi.lumisection) + "." +
         std::to_string(generation) + ".reservoir";
}

std::vector<ReservoirFile> list_reservoirs(const fs::path& output) {
  const fs::path folder = output / reservoir_folder;
  std::vector<ReservoirFile> files;
  std::error_code none;
  if (!fs::is_directory(folder, none)) return files;
  for (const fs::path& path : core::list_folder(folder)) {
    ReservoirFile file{{}, 0, path};
    const std::string name = path.filename();
    if (std::sscanf(name.c_str(), "run_%9u_lumi_%9u.%9u.", &file.lumi.run, &file.lumi.lumisection, &file.generation) ==
            3 &&
        name == reservoir_name(file.lumi, file.generation))
      files.push_back(std::move(file));
  }
  std::ranges::sort(files, {}, [](const ReservoirFile& f) { return std::tuple(f.lumi, f.generation); });
  return files;
}

}  // namespace trigloop::scout
