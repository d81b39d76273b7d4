#include "io/array/contiguous.hpp"

#include <algorithm>

#include "core/error.hpp"

namespace trigloop::io::array {
namespace {

constexpr std::uint64_t comfortable_chunk = 256u << 10;  // stays in the L2 cache
constexpr std::uint64_t shortest_run = 16u << 10;        // a read of this size costs little more than its bytes

class Reader final : public ChunkReader {
 public:
  Reader(const Layout& layout, std::shared_ptr<const core::InputFile> file, std::uint64_t offset)
      : layout_(layout), file_(std::move(file)), offset_(offset) {}

  void read(std::span<const std::uint64_t> index, std::span<std::byte> out, CodecCost* cost) override {
    const std::uint64_t first = index[0] * layout_.chunk[0];
    const std::uint64_t rows = std::min(layout_.chunk[0], layout_.entries() - first);
    if (cost != nullptr) {
      cost->units += 1;
      cost->stored_bytes += rows * layout_.inner() * layout_.encoding.stored_bytes();
      cost->raw_bytes += rows * layout_.inner() * layout_.encoding.stored_bytes();
    }
    layout_.order == Order::c ? read_rows(first, rows, out) : gather(first, rows, out);
  }

 private:
  void read_rows(std::uint64_t first, std::uint64_t rows, std::span<std::byte> out) const {
    const std::uint64_t row = layout_.inner() * layout_.encoding.stored_bytes();
    file_->read(offset_ + first * row, out.first(rows * row));
  }

  /// A Fortran chunk: for each place within an entry, the run of this chunk's entries.
  void gather(std::uint64_t first, std::uint64_t rows, std::span<std::byte> out) const {
    const std::uint64_t bytes = layout_.encoding.stored_bytes();
    for (std::uint64_t place = 0; place < layout_.inner(); ++place) {
      file_->read(offset_ + (place * layout_.entries() + first) * bytes,
                  out.subspan(place * layout_.chunk[0] * bytes, rows * bytes));
    }
  }

  const Layout& layout_;
  std::shared_ptr<const core::InputFile> file_;
  std::uint64_t offset_;
};

}  // namespace

Layout rows_layout(Encoding encoding, std::vector<std::uint64_t> shape, Order order) {
  Layout layout{encoding, shape, shape, order};
  for (std::uint64_t& extent : layout.chunk) extent = std::max<std::uint64_t>(extent, 1);
  check(layout);
  const std::uint64_t value = encoding.stored_bytes(), row = std::max<std::uint64_t>(layout.inner() * value, 1);
  std::uint64_t rows = std::max<std::uint64_t>(comfortable_chunk / row, 1);
  if (order == Order::fortran && shape.size() > 1) rows = std::max(rows, shortest_run / value);
  layout.chunk[0] = std::min(layout.chunk[0], rows);
  return layout;
}

ContiguousArray::ContiguousArray(std::shared_ptr<const core::InputFile> file, std::uint64_t offset, Encoding encoding,
                                 std::vector<std::uint64_t> shape, Order order)
    : Array(rows_layout(encoding, std::move(shape), order)), file_(std::move(file)), offset_(offset) {
  if (offset > file_->size() || layout().raw_bytes() > file_->size() - offset) {
    throw core::Error(core::ErrorCode::damaged, "its values take " + std::to_string(layout().raw_bytes()) +
                                                    " bytes, but the file ends at byte " +
                                                    std::to_string(file_->size()))
        .offset(offset)
        .remedy("The file is cut short or corrupted: copy it again from its source");
  }
}

std::unique_ptr<ChunkReader> ContiguousArray::open(const ReadOptions&) const {
  return std::make_unique<Reader>(layout(), file_, offset_);
}

}  // namespace trigloop::io::array
