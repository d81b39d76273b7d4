#include "io/hdf5/dataset.hpp"

#include <algorithm>
#include <chrono>
#include <cstring>

#include "io/array/contiguous.hpp"
#include "io/hdf5/chunk_index.hpp"
#include "io/hdf5/filter.hpp"

namespace trigloop::io::hdf5 {
namespace {

using core::Error;
using core::ErrorCode;

void fill_with(std::span<const std::byte> value, std::span<std::byte> out) {
  if (std::ranges::all_of(value, [](std::byte b) { return b == std::byte{0}; })) {
    std::memset(out.data(), 0, out.size());
  } else {
    for (std::size_t i = 0; i < out.size(); i += value.size()) std::memcpy(&out[i], value.data(), value.size());
  }
}

/// Values that stand in the object header, or nowhere: then every value is the fill value.
class MemoryArray final : public array::Array {
 public:
  MemoryArray(array::Encoding encoding, std::vector<std::uint64_t> shape, std::vector<std::byte> values,
              std::vector<std::byte> fill)
      : Array(array::rows_layout(encoding, std::move(shape), array::Order::c)),
        values_(std::move(values)),
        fill_(std::move(fill)) {
    if (!values_.empty() && values_.size() < layout().raw_bytes()) {
      throw Error(ErrorCode::damaged, "its values do not fill its shape");
    }
  }

  std::unique_ptr<array::ChunkReader> open(const ReadOptions&) const override {
    return std::make_unique<Reader>(*this);
  }

 private:
  class Reader final : public array::ChunkReader {
   public:
    explicit Reader(const MemoryArray& array) : array_(array) {}
    void read(std::span<const std::uint64_t> index, std::span<std::byte> out, CodecCost*) override {
      if (array_.values_.empty()) return fill_with(array_.fill_, out);
      const std::uint64_t begin = index[0] * array_.layout().chunk_bytes();
      const std::uint64_t n = std::min<std::uint64_t>(out.size(), array_.values_.size() - begin);
      std::memcpy(out.data(), array_.values_.data() + begin, n);
    }

   private:
    const MemoryArray& array_;
  };

  std::vector<std::byte> values_, fill_;
};

class ChunkedArray final : public array::Array {
 public:
  ChunkedArray(const Image& image, array::Layout layout, const DataLayout& data, std::vector<Filter> filters,
               std::vector<std::byte> fill)
      : Array(std::move(layout)),
        file_(image.file()),
        base_(image.offset_of(0, 0)),
        filters_(std::move(filters)),
        fill_(std::move(fill)),
        plain_edges_(data.plain_edges),
        table_(image, data, Array::layout(), !filters_.empty()) {}

  std::unique_ptr<array::ChunkReader> open(const ReadOptions& options) const override {
    return std::make_unique<Reader>(*this, options);
  }
  std::uint64_t stored_bytes() const noexcept { return table_.stored_bytes(); }

 private:
  class Reader final : public array::ChunkReader {
   public:
    Reader(const ChunkedArray& array, const ReadOptions& options)
        : array_(array), unfilter_(array.filters_, options.verify) {}

    void read(std::span<const std::uint64_t> index, std::span<std::byte> out, CodecCost* cost) override {
      const ChunkPlace* place = array_.table_.find(index);
      if (place == nullptr) return fill_with(array_.fill_, out);
      const std::uint64_t offset = array_.base_ + place->address;
      try {
        decode(*place, array_.plain_edges_ && sticks_out(index) ? ~0u : place->mask, out, cost);
      } catch (Error& e) {
        e.offset(offset);
        throw;
      }
    }

   private:
    bool sticks_out(std::span<const std::uint64_t> index) const {
      const array::Layout& l = array_.layout();
      for (std::size_t d = 0; d < index.size(); ++d) {
        if (l.shape[d] - index[d] * l.chunk[d] < l.chunk[d]) return true;
      }
      return false;
    }

    void decode(const ChunkPlace& place, std::uint32_t mask, std::span<std::byte> out, CodecCost* cost) {
      // No filter makes a chunk much larger, and deflate never makes it 1032 times smaller.
      if (place.bytes > out.size() + out.size() / 8 + 4096 || place.bytes < out.size() / 1100) {
        throw Error(ErrorCode::damaged,
                    "claims " + std::to_string(place.bytes) + " stored bytes for " + std::to_string(out.size()));
      }
      const std::uint64_t offset = array_.base_ + place.address;
      if (array_.filters_.empty() && place.bytes == out.size()) {
        array_.file_->read(offset, out);
      } else {
        stored_.resize_discard(place.bytes);
        array_.file_->read(offset, stored_.span());
        const auto start = std::chrono::steady_clock::now();
        unfilter_(stored_.span(), mask, out);
        if (cost != nullptr) {
          cost->seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        }
      }
      if (cost == nullptr) return;
      cost->units += 1;
      cost->stored_bytes += place.bytes;
      cost->raw_bytes += out.size();
    }

    const ChunkedArray& array_;
    Unfilter unfilter_;
    core::ByteBuffer stored_;
  };

  std::shared_ptr<const core::InputFile> file_;
  std::uint64_t base_;
  std::vector<Filter> filters_;
  std::vector<std::byte> fill_;
  bool plain_edges_;
  ChunkTable table_;
};

const Message& need(const std::vector<Message>& messages, MessageKind kind, const char* name) {
  const Message* message = find(messages, kind);
  if (message == nullptr) throw Error(ErrorCode::damaged, std::string("a data set lacks its ") + name);
  return *message;
}

/// Reads what the messages say, step by step; a step that cannot be taken throws.
class Maker {
 public:
  Maker(std::shared_ptr<const Image> image, const std::vector<Message>& messages, const std::string& name)
      : image_(std::move(image)), messages_(messages) {
    result_.info.name = name;
    result_.info.type_name = "unreadable";
  }

  Dataset make() {
    try {
      read_shape_and_type();
      read_values();
    } catch (const Error& e) {
      // A damaged data set leaves the others readable.
      result_.array = nullptr;
      result_.info.type.reset();
      result_.info.why_not = e.what();
    }
    return std::move(result_);
  }

 private:
  void read_shape_and_type() {
    const Dataspace space =
        parse_dataspace(*image_, resolve(*image_, need(messages_, MessageKind::dataspace, "dataspace")).body);
    Record body = resolve(*image_, need(messages_, MessageKind::datatype, "datatype")).body;
    const Datatype type = parse_datatype(body);
    result_.info.type_name = type.name;
    shape_ = space.shape;
    if (shape_.empty()) shape_.push_back(space.null ? 0 : 1);
    result_.info.entries = shape_[0];
    if (space.null) throw Error(ErrorCode::unsupported, "holds no values (a null dataspace)");
    if (!type.encoding) throw Error(ErrorCode::unsupported, type.name + " is not read: numbers and booleans are");
    encoding_ = *type.encoding;
    if (find(messages_, MessageKind::external_files) != nullptr) {
      throw Error(ErrorCode::unsupported, "its values lie in other files, which are not opened");
    }
    fill_ = parse_fill(messages_);
    if (fill_.size() != encoding_.stored_bytes()) fill_.clear();
  }

  void read_values() {
    const Message& message = need(messages_, MessageKind::layout, "data layout");
    const DataLayout layout = parse_layout(*image_, resolve(*image_, message).body);
    if (layout.kind == DataLayout::Kind::chunked) return read_chunked(layout);
    if (layout.kind == DataLayout::Kind::compact || layout.address == undefined) {
      const bool compact = layout.kind == DataLayout::Kind::compact;
      result_.array = std::make_shared<MemoryArray>(encoding_, shape_, layout.compact, fill_);
      return describe(compact ? layout.compact.size() : 0, compact ? "none" : "");
    }
    result_.array = std::make_shared<array::ContiguousArray>(image_->file(), image_->offset_of(layout.address, 0),
                                                             encoding_, shape_);
    describe(result_.array->layout().raw_bytes(), "none");
  }

  void read_chunked(const DataLayout& layout) {
    const array::Layout grid{encoding_, shape_, layout.chunk, array::Order::c};
    array::check(grid);
    if (layout.item_bytes != encoding_.stored_bytes())
      throw Error(ErrorCode::damaged, "its chunks are of another type");
    std::vector<Filter> filters;
    if (const Message* message = find(messages_, MessageKind::filters)) filters = parse_filters(message->body);
    check_filters(filters);
    const auto chunked = std::make_shared<ChunkedArray>(*image_, grid, layout, filters, fill_);
    result_.array = chunked;
    describe(chunked->stored_bytes(), hdf5::describe(filters));
  }

  void describe(std::uint64_t stored_bytes, std::string compression) {
    result_.info = array::describe(result_.info.name, result_.array->layout(), stored_bytes, std::move(compression));
  }

  std::shared_ptr<const Image> image_;
  const std::vector<Message>& messages_;
  Dataset result_;
  std::vector<std::uint64_t> shape_;
  array::Encoding encoding_;
  std::vector<std::byte> fill_;
};

}  // namespace

bool is_dataset(const std::vector<Message>& messages) { return find(messages, MessageKind::layout) != nullptr; }

Dataset make_dataset(const std::shared_ptr<const Image>& image, const std::vector<Message>& messages,
                     const std::string& name) {
  return Maker(image, messages, name).make();
}

}  // namespace trigloop::io::hdf5
