#pragma once
// Dense arrays in chunks: what .npy, .npz, Zarr and HDF5 have in common.
//
// An Array is a box of values cut by a grid into chunks of one shape; its first dimension counts entries. A format says
// how the grid lies (Layout) and how a chunk is fetched and decompressed (ChunkReader). Everything else is done once
// for all of them: byte order, Fortran order, edge chunks, clusters of entries, limits (io/array/source.hpp).
//
// A file without chunks (.npy, contiguous HDF5) is a grid too, whose chunks are runs of rows of a comfortable size.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "event/type.hpp"
#include "io/source.hpp"

namespace trigloop::io::array {

/// How a value stands in storage, and as what it comes out.
struct Encoding {
  event::Type type = event::Type::int32;  ///< what readers get
  bool swapped = false;                   ///< stored in the other byte order than this machine's
  bool half = false;                      ///< stored as IEEE 754 binary16, widened (exactly) to float32

  std::size_t stored_bytes() const noexcept { return half ? 2 : event::size_of(type); }
};

enum class Order { c, fortran };  ///< last or first dimension fastest, within a chunk

/// Shape and chunk grid. Both have the same rank, at least 1 (a scalar is an array of one entry); chunk extents are
/// >= 1.
struct Layout {
  Encoding encoding;
  std::vector<std::uint64_t> shape, chunk;
  Order order = Order::c;

  std::uint64_t entries() const noexcept { return shape[0]; }
  std::uint64_t inner() const noexcept;         ///< values per entry
  std::uint64_t chunk_values() const noexcept;  ///< values of a whole chunk
  std::uint64_t chunk_bytes() const noexcept { return chunk_values() * encoding.stored_bytes(); }
  std::uint64_t raw_bytes() const noexcept { return entries() * inner() * encoding.stored_bytes(); }
};

/// Throws `damaged` if ranks differ, an extent of a chunk is 0, or a product overflows: afterwards every function of
/// Layout is exact. Throws `unsupported` if an entry holds more than 2^32 - 1 values or the rank is above 32.
void check(const Layout& layout);

/// Gets chunks, one after the other; keeps scratch memory, so each thread has its own.
class ChunkReader {
 public:
  virtual ~ChunkReader() = default;
  /// Fills `out` (Layout::chunk_bytes) with the chunk at grid position `index`, as stored. A chunk that is absent
  /// is filled with the array's fill value; values beyond the array's edge may be anything. `cost`, if given, gets
  /// the time of the decompression added. Errors: damaged.
  virtual void read(std::span<const std::uint64_t> index, std::span<std::byte> out, CodecCost* cost) = 0;
};

class Array {
 public:
  virtual ~Array() = default;
  const Layout& layout() const noexcept { return layout_; }
  virtual std::unique_ptr<ChunkReader> open(const ReadOptions& options) const = 0;
  /// Reading from the middle means decompressing all that stands before (a deflated member of a .npz).
  virtual bool sequential() const noexcept { return false; }

 protected:
  explicit Array(Layout layout) : layout_(std::move(layout)) { check(layout_); }

 private:
  Layout layout_;
};

/// A column as `inspect` shows it: type, shape and sizes from the layout.
ColumnInfo describe(std::string name, const Layout& layout, std::uint64_t stored_bytes, std::string compression);

/// A column that cannot be read.
ColumnInfo unreadable(std::string name, std::string type_name, std::uint64_t entries, std::string why_not);

}  // namespace trigloop::io::array
