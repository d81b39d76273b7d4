#include <libdeflate.h>

#include <algorithm>
#include <cassert>
#include <cstring>

#include "core/buffer.hpp"
#include "core/bytes.hpp"
#include "core/error.hpp"
#include "io/npy/header.hpp"
#include "io/npy/npy.hpp"

namespace trigloop::io::npy {
namespace {

constexpr std::uint32_t escape32 = 0xFFFFFFFFu;  // "see the zip64 field"
constexpr int deflate_level = 6;

/// Little-endian fields, one after the other.
class Record {
 public:
  explicit Record(std::string_view mark) : text_(mark) {}
  template <class T>
  Record& put(T value) {
    for (std::size_t i = 0; i < sizeof(T); ++i)
      text_ += static_cast<char>(static_cast<std::uint64_t>(value) >> (8 * i));
    return *this;
  }
  Record& name(std::string_view text) {
    text_ += text;
    return *this;
  }
  const std::string& text() const noexcept { return text_; }

 private:
  std::string text_;
};

void check(const ArrayView& array) {
  std::uint64_t values = 1;
  for (const std::uint64_t extent : array.shape) values *= extent;
  assert(values * event::size_of(array.type) == array.bytes.size());
  static_cast<void>(values);
}

}  // namespace

void write_npy(const std::filesystem::path& path, const ArrayView& array) {
  check(array);
  core::OutputFile file(path);
  file.write(make_header(array.type, array.shape));
  file.write(array.bytes);
  file.commit();
}

struct NpzWriter::Entry {
  std::string name;
  std::uint16_t method = 0;
  std::uint32_t crc = 0;
  std::uint64_t stored = 0, raw = 0, offset = 0;

  /// What local header and directory share: from "version needed" to the sizes. Sizes always stand in the zip64 field,
  /// as NumPy writes them too, so that no archive has two forms.
  void put_common(Record& record, std::uint16_t extra) const {
    constexpr std::uint16_t version = 45, no_time = 0, first_day = 0x21;  // 1 January 1980: the same bytes each time
    record.put(version).put(std::uint16_t{0x800}).put(method).put(no_time).put(first_day).put(crc);
    record.put(escape32).put(escape32).put(static_cast<std::uint16_t>(name.size())).put(extra);
  }
};

NpzWriter::NpzWriter(std::filesystem::path path, Compression compression)
    : file_(std::move(path)), compression_(compression) {}
NpzWriter::~NpzWriter() = default;

void NpzWriter::add(const std::string& name, const ArrayView& array) {
  check(array);
  const auto taken = [&](const Entry& e) { return e.name == name + ".npy"; };
  if (name.empty() || name.size() > 65'000 || std::ranges::any_of(entries_, taken)) {
    throw core::Error(core::ErrorCode::usage,
                      "array name '" + core::escaped(name.substr(0, 100)) + "' is empty, too long or used twice")
        .file(file_.path().native());
  }
  core::ByteBuffer raw;
  const std::string header = make_header(array.type, array.shape);
  raw.resize(header.size() + array.bytes.size());
  std::memcpy(raw.data(), header.data(), header.size());
  if (!array.bytes.empty()) std::memcpy(raw.data() + header.size(), array.bytes.data(), array.bytes.size());

  Entry entry{name + ".npy", 0,          ::libdeflate_crc32(0, raw.data(), raw.size()),
              raw.size(),    raw.size(), file_.position()};
  core::ByteBuffer packed;
  if (compression_ == Compression::deflate) {
    const std::unique_ptr<libdeflate_compressor, decltype(&libdeflate_free_compressor)> compressor(
        ::libdeflate_alloc_compressor(deflate_level), &libdeflate_free_compressor);
    packed.resize(::libdeflate_deflate_compress_bound(compressor.get(), raw.size()));
    entry.stored =
        ::libdeflate_deflate_compress(compressor.get(), raw.data(), raw.size(), packed.data(), packed.size());
    entry.method = 8;
  }
  Record local("PK\3\4");
  entry.put_common(local, 20);
  local.name(entry.name).put(std::uint16_t{1}).put(std::uint16_t{16}).put(entry.raw).put(entry.stored);
  file_.write(local.text());
  file_.write(entry.method == 8 ? packed.span().first(entry.stored) : raw.span());
  entries_.push_back(std::move(entry));
}

void NpzWriter::write_directory() {
  const std::uint64_t begin = file_.position();
  for (const Entry& entry : entries_) {
    Record record("PK\1\2");
    record.put(std::uint16_t{45});
    entry.put_common(record, 28);
    record.put(std::uint16_t{0}).put(std::uint16_t{0}).put(std::uint16_t{0}).put(std::uint32_t{0}).put(escape32);
    record.name(entry.name).put(std::uint16_t{1}).put(std::uint16_t{24});
    record.put(entry.raw).put(entry.stored).put(entry.offset);
    file_.write(record.text());
  }
  const std::uint64_t end = file_.position(), count = entries_.size();
  Record wide("PK\6\6");
  wide.put(std::uint64_t{44}).put(std::uint16_t{45}).put(std::uint16_t{45}).put(std::uint32_t{0}).put(std::uint32_t{0});
  wide.put(count).put(count).put(end - begin).put(begin);
  Record locator("PK\6\7");
  locator.put(std::uint32_t{0}).put(end).put(std::uint32_t{1});
  Record last("PK\5\6");
  last.put(std::uint16_t{0}).put(std::uint16_t{0}).put(std::uint16_t{0xFFFF}).put(std::uint16_t{0xFFFF});
  last.put(escape32).put(escape32).put(std::uint16_t{0});
  file_.write(wide.text() + locator.text() + last.text());
}

void NpzWriter::commit() {
  write_directory();
  file_.commit();
}

}  // namespace trigloop::io::npy
