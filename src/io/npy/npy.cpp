#include "io/npy/npy.hpp"

#include <algorithm>
#include <cstring>

#include "core/error.hpp"
#include "io/array/contiguous.hpp"
#include "io/array/numpy_type.hpp"
#include "io/array/source.hpp"
#include "io/npy/header.hpp"
#include "io/npy/member.hpp"

namespace trigloop::io::npy {
namespace {

using File = std::shared_ptr<const core::InputFile>;

std::vector<std::uint64_t> entries_first(std::vector<std::uint64_t> shape) {
  if (shape.empty()) shape.push_back(1);
  return shape;
}

/// Chunks of rows from a member's stream. A deflated array in Fortran order is one chunk: its rows are all over the
/// stream, so it must fit in memory, under the limit of ReadOptions.
class MemberArray final : public array::Array {
 public:
  MemberArray(File file, Member member, const Header& header)
      : Array(member_layout(header)), file_(std::move(file)), member_(std::move(member)), values_(header.bytes) {
    if (member_.raw_bytes - std::min(values_, member_.raw_bytes) != layout().raw_bytes()) {
      throw core::Error(core::ErrorCode::damaged,
                        "its shape takes " + std::to_string(layout().raw_bytes()) + " bytes, its member holds " +
                            std::to_string(member_.raw_bytes - std::min(values_, member_.raw_bytes)));
    }
  }

  bool sequential() const noexcept override { return member_.method != 0; }
  std::unique_ptr<array::ChunkReader> open(const ReadOptions&) const override;

 private:
  static array::Layout member_layout(const Header& header) {
    array::Layout layout =
        array::rows_layout(array::parse_numpy_type(header.descr), entries_first(header.shape), header.order);
    if (header.order == array::Order::fortran && layout.shape.size() > 1)
      layout.chunk[0] = std::max<std::uint64_t>(layout.shape[0], 1);
    return layout;
  }

  File file_;
  Member member_;
  std::uint64_t values_;
};

class MemberReader final : public array::ChunkReader {
 public:
  MemberReader(const array::Layout& layout, const File& file, const Member& member, std::uint64_t values)
      : layout_(layout),
        stream_(file, member),
        values_(values),
        ratio_(member.raw_bytes == 0
                   ? 1
                   : static_cast<double>(member.stored_bytes) / static_cast<double>(member.raw_bytes)) {}

  void read(std::span<const std::uint64_t> index, std::span<std::byte> out, CodecCost* cost) override {
    const std::uint64_t row = layout_.inner() * layout_.encoding.stored_bytes(), first = index[0] * layout_.chunk[0];
    const std::uint64_t bytes = std::min(layout_.chunk[0], layout_.entries() - first) * row;
    stream_.read(values_ + first * row, out.first(bytes), cost);
    if (cost != nullptr) {
      cost->units += 1;
      cost->raw_bytes += bytes;
      cost->stored_bytes += stored_share(bytes);
    }
  }

 private:
  /// A stream tells no sizes of its pieces: each counts with the member's mean ratio.
  std::uint64_t stored_share(std::uint64_t bytes) const {
    return static_cast<std::uint64_t>(static_cast<double>(bytes) * ratio_);
  }

  const array::Layout& layout_;
  MemberStream stream_;
  std::uint64_t values_;
  double ratio_;  ///< stored to raw
};

std::unique_ptr<array::ChunkReader> MemberArray::open(const ReadOptions&) const {
  return std::make_unique<MemberReader>(layout(), file_, member_, values_);
}

Header read_header(const File& file, const Member& member) {
  std::vector<std::byte> head(std::min<std::uint64_t>(member.raw_bytes, max_header_bytes));
  MemberStream(file, member).read(0, head);
  return parse_header(head);
}

/// One member as a column; what is wrong with it alone is told in why_not, and the others stay readable.
void add_member(TableInfo& table, std::vector<std::shared_ptr<const array::Array>>& arrays, const File& file,
                const Member& member) {
  std::string name = member.name;
  if (name.ends_with(".npy")) name.resize(name.size() - 4);
  const char* method = member.method == 8 ? "deflate" : "none";
  try {
    const Header header = read_header(file, member);
    arrays.push_back(std::make_shared<MemberArray>(file, member, header));
    table.columns.push_back(array::describe(name, arrays.back()->layout(), member.stored_bytes, method));
  } catch (const core::Error& e) {
    if (e.code() == core::ErrorCode::not_found) throw;
    arrays.push_back(nullptr);
    table.columns.push_back(array::unreadable(name, "unreadable", 0, e.what()));
  }
}

array::Contents contents_of(const File& file, std::string format) {
  array::Contents contents;
  contents.info.path = file->path();
  contents.info.format = std::move(format);
  contents.info.bytes = file->size();
  contents.check_unchanged = [file] { file->check_unchanged(); };
  return contents;
}

std::unique_ptr<Source> open_npz(const File& file) {
  array::Contents contents = contents_of(file, "npz");
  TableInfo table;
  std::vector<std::shared_ptr<const array::Array>> arrays;
  for (const Member& member : read_directory(*file)) {
    if (!member.name.ends_with(".npy")) {
      contents.info.unread.push_back({member.name, "zip member", "is not a .npy array"});
    } else {
      add_member(table, arrays, file, member);
    }
  }
  contents.add(std::move(table), std::move(arrays));
  return array::make_source(std::move(contents));
}

std::unique_ptr<Source> open_npy(const File& file) {
  std::vector<std::byte> head(std::min<std::uint64_t>(file->size(), max_header_bytes));
  file->read(0, head);
  const Header header = parse_header(head);
  array::Contents contents = contents_of(file, "npy");
  contents.info.version = "npy " + std::to_string(static_cast<int>(head[6])) + ".0";
  auto values = std::make_shared<array::ContiguousArray>(file, header.bytes, array::parse_numpy_type(header.descr),
                                                         entries_first(header.shape), header.order);
  TableInfo table;
  table.columns.push_back(
      array::describe(file->path().stem().native(), values->layout(), values->layout().raw_bytes(), "none"));
  contents.add(std::move(table), {std::move(values)});
  return array::make_source(std::move(contents));
}

}  // namespace

std::unique_ptr<Source> open(const std::filesystem::path& path) {
  const auto file = std::make_shared<const core::InputFile>(path);
  try {
    std::byte first[6] = {};
    if (file->size() < sizeof(first)) throw core::Error(core::ErrorCode::damaged, "is too short for a .npy file");
    file->read(0, first);
    return std::memcmp(first, magic.data(), magic.size()) == 0 ? open_npy(file) : open_npz(file);
  } catch (core::Error& e) {
    e.file(path.native());
    throw;
  }
}

}  // namespace trigloop::io::npy
