#include "io/zarr/zarr.hpp"

#include <algorithm>
#include <chrono>
#include <cstring>

#include "core/error.hpp"
#include "core/file.hpp"
#include "io/array/source.hpp"
#include "io/zarr/metadata.hpp"

namespace trigloop::io::zarr {
namespace {

namespace fs = std::filesystem;
using core::Error;
using core::ErrorCode;

constexpr std::uint64_t max_metadata_bytes = 1u << 20;
constexpr std::uint64_t max_attribute_bytes = 64u << 20;
constexpr std::size_t max_depth = 32, max_nodes = 1u << 16;

class ZarrArray final : public array::Array {
 public:
  ZarrArray(fs::path folder, ArrayMeta meta) : Array(meta.layout), folder_(std::move(folder)), meta_(std::move(meta)) {}

  std::unique_ptr<array::ChunkReader> open(const ReadOptions&) const override;
  const fs::path& folder() const noexcept { return folder_; }
  const ArrayMeta& meta() const noexcept { return meta_; }

 private:
  fs::path folder_;
  ArrayMeta meta_;
};

class Reader final : public array::ChunkReader {
 public:
  explicit Reader(const ZarrArray& array) : array_(array), codec_(array.meta().compressor) {}

  void read(std::span<const std::uint64_t> index, std::span<std::byte> out, CodecCost* cost) override {
    const fs::path path = array_.folder() / array_.meta().chunk_name(index);
    std::error_code error;
    if (fs::status(path, error).type() == fs::file_type::not_found) return fill(out);
    const core::InputFile file(path);
    try {
      decode(file, out, cost);
    } catch (Error& e) {
      e.file(path.native());
      throw;
    }
  }

 private:
  void decode(const core::InputFile& file, std::span<std::byte> out, CodecCost* cost) {
    // No codec makes a chunk much larger; a file that is has nothing to do with this array.
    if (file.size() > out.size() + out.size() / 8 + 4096) {
      throw Error(ErrorCode::damaged, "is larger than any chunk of its array can be");
    }
    if (array_.meta().compressor.kind == Compressor::Kind::none && file.size() == out.size()) {
      file.read(0, out);
    } else {
      stored_.resize_discard(file.size());
      file.read(0, stored_.span());
      const auto start = std::chrono::steady_clock::now();
      codec_.decode(stored_.span(), out);
      if (cost != nullptr) {
        cost->seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
      }
    }
    if (cost == nullptr) return;
    cost->units += 1;
    cost->stored_bytes += file.size();
    cost->raw_bytes += out.size();
  }

  void fill(std::span<std::byte> out) const {
    const auto& value = array_.meta().fill;
    if (std::ranges::all_of(value, [](std::byte b) { return b == std::byte{0}; })) {
      std::memset(out.data(), 0, out.size());
    } else {
      for (std::size_t i = 0; i < out.size(); i += value.size()) std::memcpy(&out[i], value.data(), value.size());
    }
  }

  const ZarrArray& array_;
  Codec codec_;
  core::ByteBuffer stored_;
};

std::unique_ptr<array::ChunkReader> ZarrArray::open(const ReadOptions&) const {
  return std::make_unique<Reader>(*this);
}

/// Bytes of the chunk files of an array; with '/' they lie in folders of numbers.
std::uint64_t chunk_file_bytes(const fs::path& folder) {
  std::uint64_t bytes = 0;
  std::error_code error;
  for (fs::recursive_directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    if (it.depth() > static_cast<int>(max_depth)) it.disable_recursion_pending();
    std::error_code gone;
    if (it->path().filename().native().front() != '.' && it->is_regular_file(gone)) bytes += it->file_size(gone);
  }
  return bytes;
}

/// The nodes of a store, walked without following a folder deeper than max_depth.
class Walk {
 public:
  explicit Walk(const fs::path& root) {
    contents_.info.path = root;
    contents_.info.format = "Zarr v2";
  }

  array::Contents run() {
    const fs::path& root = contents_.info.path;
    if (fs::exists(root / ".zarray")) {
      TableInfo table;
      std::vector<std::shared_ptr<const array::Array>> arrays;
      add_array(root, root.has_stem() ? root.stem().native() : root.parent_path().stem().native(), table, arrays);
      contents_.add(std::move(table), std::move(arrays));
    } else {
      visit_group(root, "", 0);
    }
    return std::move(contents_);
  }

 private:
  void visit_group(const fs::path& folder, const std::string& name, std::size_t depth) {
    check_metadata(folder / ".zgroup");
    if (depth > max_depth) throw Error(ErrorCode::limit, "groups nest deeper than 32").file(folder.native());
    TableInfo table;
    table.name = name;
    std::vector<std::shared_ptr<const array::Array>> arrays;
    std::vector<std::string> groups;
    for (const std::string& child : children(folder)) {
      const fs::path path = folder / child;
      if (fs::exists(path / ".zarray")) {
        add_array(path, child, table, arrays);
      } else if (fs::exists(path / ".zgroup")) {
        groups.push_back(child);
      } else if (fs::exists(path / "zarr.json")) {
        contents_.info.unread.push_back({prefix(name) + child, "Zarr v3 node", "Zarr v3 is not read"});
      }
    }
    if (!arrays.empty() || groups.empty()) contents_.add(std::move(table), std::move(arrays));
    for (const std::string& group : groups) visit_group(folder / group, prefix(name) + group, depth + 1);
  }

  static std::string prefix(const std::string& group) { return group.empty() ? group : group + "/"; }

  std::vector<std::string> children(const fs::path& folder) {
    std::vector<std::string> names;
    std::error_code error;
    for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
      std::error_code gone;
      if (it->path().filename().native().front() == '.' || !it->is_directory(gone)) continue;
      names.push_back(it->path().filename().native());
      if (++nodes_ > max_nodes) throw Error(ErrorCode::limit, "has more than 2^16 nodes").file(folder.native());
    }
    if (error) throw Error(ErrorCode::not_found, "cannot list: " + error.message()).file(folder.native());
    std::ranges::sort(names);
    return names;
  }

  void add_array(const fs::path& folder, const std::string& name, TableInfo& table,
                 std::vector<std::shared_ptr<const array::Array>>& arrays) {
    try {
      ArrayMeta meta = parse_array(core::read_text(folder / ".zarray", max_metadata_bytes));
      const std::string compression = meta.compressor.name();
      const std::uint64_t stored = chunk_file_bytes(folder);
      arrays.push_back(std::make_shared<ZarrArray>(folder, std::move(meta)));
      table.columns.push_back(array::describe(name, arrays.back()->layout(), stored, compression));
      contents_.info.bytes += stored;
    } catch (const Error& e) {
      arrays.resize(table.columns.size());
      arrays.push_back(nullptr);
      table.columns.push_back(array::unreadable(name, "unreadable", 0, ".zarray: " + std::string(e.what())));
    }
  }

  static void check_metadata(const fs::path& path) {
    try {
      check_group(core::read_text(path, max_metadata_bytes));
    } catch (Error& e) {
      e.file(path.native());
      throw;
    }
  }

  array::Contents contents_;
  std::size_t nodes_ = 0;
};

}  // namespace

bool is_store(const fs::path& path) {
  std::error_code error;
  return fs::exists(path / ".zgroup", error) || fs::exists(path / ".zarray", error) ||
         fs::exists(path / "zarr.json", error);
}

std::unique_ptr<Source> open(const fs::path& path) {
  std::error_code error;
  if (!fs::is_directory(path, error)) throw Error(ErrorCode::not_found, "is no folder").file(path.native());
  if (!fs::exists(path / ".zgroup", error) && !fs::exists(path / ".zarray", error)) {
    if (!fs::exists(path / "zarr.json", error)) {
      throw Error(ErrorCode::unsupported, "is a folder, but no Zarr store").file(path.native());
    }
    throw Error(ErrorCode::unsupported, "is a Zarr v3 store; Zarr v2 is read")
        .file(path.native())
        .remedy("Write it again with zarr_format=2");
  }
  return array::make_source(Walk(path).run());
}

std::string read_attributes(const fs::path& store, const std::string& node) {
  const fs::path folder = node.empty() ? store : store / node;
  if (!is_store(folder)) throw Error(ErrorCode::not_found, "has no node '" + node + "'").file(store.native());
  if (!fs::exists(folder / ".zattrs")) return "{}";
  return core::read_text(folder / ".zattrs", max_attribute_bytes);
}

}  // namespace trigloop::io::zarr
