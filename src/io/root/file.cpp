#include "io/root/file.hpp"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <set>

#include "core/error.hpp"
#include "io/root/damaged.hpp"
#include "io/root/decompress.hpp"
#include "io/root/source.hpp"

namespace trigloop::io::root {
namespace {

constexpr std::int32_t big_file_mark = 1'000'000;
constexpr std::size_t header_bytes = 64;
/// deflate expands at most 1032-fold: an object that claims more is a bomb (baskets have a limit of their own).
constexpr std::uint64_t largest_ratio = 1100;

[[noreturn]] void fail(const std::string& reason, std::uint64_t at) { throw damaged(reason).offset(at); }

std::vector<std::byte> read_bytes(const core::InputFile& file, std::uint64_t at, std::uint64_t size) {
  if (at > file.size() || size > file.size() - at) {
    fail("a record of " + std::to_string(size) + " bytes goes beyond the file's " + std::to_string(file.size()), at);
  }
  std::vector<std::byte> bytes(size);
  file.read(at, bytes);
  return bytes;
}

Header read_header(const core::InputFile& file) {
  std::byte bytes[header_bytes] = {};
  const std::size_t size = static_cast<std::size_t>(std::min<std::uint64_t>(header_bytes, file.size()));
  file.read(0, std::span(bytes, size));
  if (!looks_like_root(std::span(bytes, size))) {
    throw core::Error(core::ErrorCode::mismatch, "is not a ROOT file: it does not begin with 'root'")
        .offset(0)
        .remedy(file.size() == 0 ? "The file is empty: copy it again from its source" : "Check that this is the file");
  }
  core::ByteReader in(std::span(bytes, size));
  in.skip(4);
  Header header;
  header.version = in.read<std::int32_t>();
  const bool big = header.version >= big_file_mark;
  const auto position = [&] { return big ? in.read<std::uint64_t>() : in.read<std::uint32_t>(); };
  if (big) header.version -= big_file_mark;
  header.begin = in.read<std::uint32_t>();
  header.end = position();
  position();  // fSeekFree
  in.skip(8);  // fNbytesFree, number of free segments
  header.nbytes_name = in.read<std::uint32_t>();
  in.skip(1);  // fUnits
  header.compression = in.read<std::int32_t>();
  header.seek_info = position();
  header.nbytes_info = in.read<std::uint32_t>();
  if (header.version < 0 || header.begin < 32) fail("its header is corrupted", 4);
  if (header.end > file.size()) {
    fail(
        "is cut short: its header says " + std::to_string(header.end) + " bytes, it has " + std::to_string(file.size()),
        0);
  }
  return header;
}

/// What a TDirectory record says of its list of keys.
struct Folder {
  std::uint64_t seek_keys = 0, nbytes_keys = 0;
};

Folder read_folder(const core::InputFile& file, std::uint64_t at) {
  constexpr std::uint64_t largest = 2 + 4 + 4 + 4 + 4 + 3 * 8;
  if (at >= file.size()) fail("a folder stands beyond the end of the file", at);
  const auto bytes = read_bytes(file, at, std::min(largest, file.size() - at));
  core::ByteReader in(bytes, at);
  const auto version = in.read<std::int16_t>();
  const bool big = version > 1000;
  in.skip(8);  // dates of creation and change
  Folder folder;
  folder.nbytes_keys = in.read<std::uint32_t>();
  in.skip(4);             // fNbytesName
  in.skip(big ? 16 : 8);  // itself and its parent
  folder.seek_keys = big ? in.read<std::uint64_t>() : in.read<std::uint32_t>();
  return folder;
}

class Lister {
 public:
  explicit Lister(const RootFile& file) : file_(file) {}

  void walk(const Folder& folder, const std::string& prefix) {
    if (folder.seek_keys == 0 && folder.nbytes_keys == 0) return never_closed(prefix);
    if (prefix.size() > longest_path || open_.size() > deepest) fail("folders are nested too deeply", folder.seek_keys);
    // Honest lists are disjoint; this bounds the work on those that are not.
    if (folder.nbytes_keys > budget_) fail("the lists of keys exceed the file", folder.seek_keys);
    budget_ -= folder.nbytes_keys;
    seen_.insert(folder.seek_keys);
    open_.insert(folder.seek_keys);
    const auto bytes = read_bytes(file_.input(), folder.seek_keys, folder.nbytes_keys);
    core::ByteReader in(bytes, folder.seek_keys);
    read_key(in);
    const auto count = in.read<std::int32_t>();
    if (count < 0 || static_cast<std::uint64_t>(count) > in.remaining() / small_key_bytes) {
      fail("a list of keys claims " + std::to_string(count) + " keys", in.file_position());
    }
    for (std::int32_t i = 0; i < count; ++i) add(read_key(in), prefix);
    open_.erase(folder.seek_keys);
  }

  std::vector<Entry> entries;

 private:
  static constexpr std::size_t deepest = 64, longest_path = 4096;

  void add(Key key, const std::string& prefix) {
    const std::string path = prefix + key.name;
    if (key.class_name != "TDirectory" && key.class_name != "TDirectoryFile") {
      entries.push_back({path, std::move(key)});
      return;
    }
    const Folder folder = read_folder(file_.input(), key.seek + file_.key_at(key.seek).keylen);
    if (open_.contains(folder.seek_keys)) fail("the folder '" + path + "' contains itself", key.seek);
    // Older cycles of a folder point to the same list of keys: it is listed once.
    if (!seen_.contains(folder.seek_keys)) walk(folder, path + "/");
  }

  void never_closed(const std::string& prefix) const {
    if (!prefix.empty()) return;  // an empty folder
    fail("has no list of keys: its writer has not closed it", 0);
  }

  const RootFile& file_;
  std::uint64_t budget_ = file_.input().size();
  std::set<std::uint64_t> seen_, open_;
};

}  // namespace

RootFile::RootFile(const std::filesystem::path& path) try : input_(path), header_(read_header(input_)) {
} catch (core::Error& e) {
  e.file(path.native());
  throw;
}

std::vector<Entry> RootFile::list() const {
  Lister lister(*this);
  lister.walk(read_folder(input_, header_.begin + header_.nbytes_name), "");
  return std::move(lister.entries);
}

Key RootFile::key_at(std::uint64_t seek) const {
  // Three strings make the length unknown: most keys are short, a longer one says its length at byte 14.
  constexpr std::uint64_t keylen_at = 14, guess = 512;
  if (seek >= input_.size()) fail("a record stands beyond the end of the file", seek);
  auto bytes = read_bytes(input_, seek, std::min(guess, input_.size() - seek));
  if (bytes.size() < small_key_bytes) fail("a record is cut short", seek);
  const auto keylen = core::load_be<std::uint16_t>(&bytes[keylen_at]);
  if (keylen > bytes.size()) bytes = read_bytes(input_, seek, keylen);
  core::ByteReader in(bytes, seek);
  return read_key(in);
}

ObjectBytes RootFile::object(const Key& key) const {
  const auto record = read_bytes(input_, key.seek, key.nbytes);
  const auto stored = std::span(record).subspan(key.keylen);
  ObjectBytes object{{}, key.keylen, key.seek};
  if (!key.compressed()) {
    object.bytes.assign(stored.begin(), stored.end());
    return object;
  }
  try {
    if (key.objlen > stored.size() * largest_ratio) {
      throw core::Error(core::ErrorCode::limit, "an object of " + std::to_string(stored.size()) +
                                                    " stored bytes claims " + std::to_string(key.objlen))
          .remedy("This is no honest file: do not read it");
    }
    if (declared_bytes(stored) != key.objlen) fail("the compressed blocks do not add up to the object", key.seek);
    object.bytes.resize(key.objlen);
    Decompressor().run(stored, object.bytes);
  } catch (core::Error& e) {
    e.offset(key.seek);
    throw;
  }
  return object;
}

std::string version_text(std::int32_t version) {
  char text[32];
  std::snprintf(text, sizeof text, "%d.%02d/%02d", version / 10000, version / 100 % 100, version % 100);
  return text;
}

bool looks_like_root(std::span<const std::byte> first) noexcept {
  return first.size() >= 4 && std::memcmp(first.data(), "root", 4) == 0;
}

}  // namespace trigloop::io::root
