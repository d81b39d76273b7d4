#include "io/root/writer_file.hpp"

#include <xxhash.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

namespace trigloop::io::root {
namespace {

constexpr std::int32_t layout_version = 64000;  // the classes are those of ROOT 6.40
constexpr std::string_view file_name = "trigloop.root";
constexpr std::size_t directory_bytes = 60;  // in either form: the short one is padded

using Uuid = std::array<std::byte, 16>;

/// RFC 9562, version 8: all but the version and variant bits are ours to choose.
Uuid uuid_from(const XXH3_state_t* state) {
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, XXH3_128bits_digest(state));
  Uuid uuid;
  std::memcpy(uuid.data(), canonical.digest, uuid.size());
  uuid[6] = (uuid[6] & std::byte{0x0F}) | std::byte{0x80};
  uuid[8] = (uuid[8] & std::byte{0x3F}) | std::byte{0x80};
  return uuid;
}

void put_uuid(ByteWriter& out, const Uuid& uuid) {
  out.put(std::uint16_t{1});
  out.raw(uuid);
}

void put_offset(ByteWriter& out, std::uint64_t offset, bool big) {
  if (big) {
    out.put(offset);
  } else {
    out.put(static_cast<std::uint32_t>(offset));
  }
}

}  // namespace

struct FileWriter::Hash {
  struct Free {
    void operator()(XXH3_state_t* s) const noexcept { XXH3_freeState(s); }
  };
  std::unique_ptr<XXH3_state_t, Free> state{XXH3_createState()};
};

std::size_t key_bytes(const RecordKey& key) {
  return (key.big ? 34 : 26) + ByteWriter::text_bytes(key.class_name) + ByteWriter::text_bytes(key.name) +
         ByteWriter::text_bytes(key.title);
}

void put_key(ByteWriter& out, const RecordKey& key, std::size_t extra_bytes) {
  const std::size_t length = key_bytes(key) + extra_bytes;
  out.put_all(static_cast<std::int32_t>(length + key.stored_bytes), static_cast<std::int16_t>(key.big ? 1004 : 4),
              key.object_bytes, key.datime, static_cast<std::int16_t>(length), key.cycle);
  put_offset(out, key.seek, key.big);
  put_offset(out, FileWriter::begin, key.big);
  out.text(key.class_name);
  out.text(key.name);
  out.text(key.title);
}

std::uint32_t packed_datime(std::int64_t unix_seconds) noexcept {
  using namespace std::chrono;
  const sys_seconds time{seconds{unix_seconds}};
  const auto day = floor<days>(time);
  const year_month_day date{day};
  const hh_mm_ss clock{time - day};
  const int year = std::clamp(static_cast<int>(date.year()), 1995, 1995 + 63) - 1995;
  return static_cast<std::uint32_t>(year) << 26 | static_cast<unsigned>(date.month()) << 22 |
         static_cast<unsigned>(date.day()) << 17 | static_cast<std::uint32_t>(clock.hours().count()) << 12 |
         static_cast<std::uint32_t>(clock.minutes().count()) << 6 | static_cast<std::uint32_t>(clock.seconds().count());
}

FileWriter::FileWriter(std::filesystem::path path, Config config)
    : file_(std::move(path)), config_(std::move(config)), hash_(std::make_unique<Hash>()) {
  XXH3_128bits_reset(hash_->state.get());
  // The front is written last; until then zeros keep its place, which no reader takes for a ROOT file.
  write_front({}, {}, {});
}

FileWriter::~FileWriter() = default;

void FileWriter::append(std::span<const std::byte> record) {
  XXH3_128bits_update(hash_->state.get(), record.data(), record.size());
  file_.write(record);
}

RecordKey FileWriter::make_key(std::string class_name, std::string name, std::string title) const {
  RecordKey key;
  key.class_name = std::move(class_name);
  key.name = std::move(name);
  key.title = std::move(title);
  key.seek = position();
  key.datime = config_.datime;
  key.big = position() > config_.big_from;
  return key;
}

RecordKey FileWriter::write_record(RecordKey key, Compressor* compressor,
                                   const std::function<void(ObjectWriter&)>& build) {
  ObjectWriter object(key_bytes(key));
  build(object);
  std::span<const std::byte> stored = object.bytes();
  std::vector<std::byte> packed;
  if (compressor != nullptr) {
    packed.resize(compressor->bound(stored.size()));
    if (const std::size_t n = (*compressor)(stored, packed.data()); n > 0) stored = std::span(packed).first(n);
  }
  key.object_bytes = static_cast<std::uint32_t>(object.size());
  key.stored_bytes = static_cast<std::uint32_t>(stored.size());
  ByteWriter record;
  put_key(record, key);
  record.raw(stored);
  append(record.bytes());
  return key;
}

void FileWriter::write_object(const std::string& class_name, const std::string& name, const std::string& title,
                              Compressor& compressor, const std::function<void(ObjectWriter&)>& build) {
  keys_.push_back(write_record(make_key(class_name, name, title), &compressor, build));
}

void FileWriter::commit(Compressor& compressor) {
  const RecordKey info = write_record(make_key("TList", "StreamerInfo", "Doubly linked list"), &compressor,
                                      [&](ObjectWriter& out) { put_streamer_info(out, config_.content); });
  const Place streamers{info.seek, static_cast<std::uint32_t>(position() - info.seek)};
  const Place keys = write_keys();
  const Place free_list = write_free_list();
  write_front(streamers, keys, free_list);
  file_.commit();
}

FileWriter::Place FileWriter::write_keys() {
  const std::uint64_t start = position();
  write_record(make_key("TFile", std::string(file_name), config_.title), nullptr, [&](ObjectWriter& out) {
    out.put(static_cast<std::int32_t>(keys_.size()));
    for (const RecordKey& key : keys_) put_key(out, key);
  });
  return {start, static_cast<std::uint32_t>(position() - start)};
}

/// One free segment: from the end of the file to where ROOT thinks that files end.
FileWriter::Place FileWriter::write_free_list() {
  const std::uint64_t start = position();
  const RecordKey key = make_key("TFile", std::string(file_name), config_.title);
  const std::uint64_t short_end = start + key_bytes(key) + 10, long_end = short_end + 8;
  const bool big = short_end > config_.big_from;
  constexpr std::uint64_t step = 1000000000;
  write_record(key, nullptr, [&](ObjectWriter& out) {
    out.put(static_cast<std::uint16_t>(big ? 1001 : 1));
    put_offset(out, big ? long_end : short_end, big);
    put_offset(out, big ? std::max(start_big_file, long_end / step * step) + step : start_big_file, big);
  });
  return {start, static_cast<std::uint32_t>(position() - start)};
}

void FileWriter::put_directory(ByteWriter& out, Place keys) const {
  const bool big = keys.seek > config_.big_from;
  const std::size_t start = out.size();
  const std::size_t name_bytes = start - begin;
  out.put_all(static_cast<std::uint16_t>(big ? 1005 : 5), config_.datime, config_.datime, keys.bytes,
              static_cast<std::uint32_t>(name_bytes));
  put_offset(out, begin, big);
  put_offset(out, 0, big);  // no parent
  put_offset(out, keys.seek, big);
  put_uuid(out, uuid_from(hash_->state.get()));
  out.zeros(start + directory_bytes - out.size());
}

void FileWriter::write_front(Place streamers, Place keys, Place free_list) {
  RecordKey key = make_key("TFile", std::string(file_name), config_.title);
  key.seek = begin;
  key.big = false;
  const std::size_t names = ByteWriter::text_bytes(key.name) + ByteWriter::text_bytes(key.title);
  key.object_bytes = key.stored_bytes = static_cast<std::uint32_t>(names + directory_bytes);
  const std::size_t front_bytes = begin + key_bytes(key) + key.object_bytes;
  if (position() == 0) {
    file_.write(std::vector<std::byte>(front_bytes));
    return;
  }

  const bool big = position() > config_.big_from;
  ByteWriter out;
  out.raw("root");
  out.put_all(layout_version + (big ? 1000000 : 0), static_cast<std::uint32_t>(begin));
  put_offset(out, position(), big);
  put_offset(out, free_list.seek, big);
  out.put_all(free_list.bytes, std::uint32_t{1}, static_cast<std::uint32_t>(key_bytes(key) + names),
              static_cast<std::uint8_t>(big ? 8 : 4), static_cast<std::int32_t>(config_.compression));
  put_offset(out, streamers.seek, big);
  out.put(streamers.bytes);
  put_uuid(out, uuid_from(hash_->state.get()));
  out.zeros(begin - out.size());
  put_key(out, key);
  out.text(key.name);
  out.text(key.title);
  put_directory(out, keys);
  file_.write_at(0, out.bytes());
}

}  // namespace trigloop::io::root
