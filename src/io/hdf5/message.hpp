#pragma once
// What the messages of a data set say: shape, type, layout, filters, fill value.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "io/array/array.hpp"
#include "io/hdf5/header.hpp"

namespace trigloop::io::hdf5 {

struct Dataspace {
  bool null = false;                 ///< holds nothing at all
  std::vector<std::uint64_t> shape;  ///< empty for a scalar
};

/// A datatype: numeric, or a word for what it is else.
struct Datatype {
  std::optional<array::Encoding> encoding;
  std::size_t bytes = 0;
  std::string name;  ///< "string", "compound", ...
  bool text = false, variable = false;
};

enum class IndexKind : std::uint8_t {
  tree1 = 0,
  single = 1,
  implicit = 2,
  fixed_array = 3,
  extensible_array = 4,
  tree2 = 5
};

struct DataLayout {
  enum class Kind : std::uint8_t { compact, contiguous, chunked } kind = Kind::contiguous;
  std::uint64_t address = undefined;  ///< of the values, or of the chunk index
  std::vector<std::byte> compact;
  std::vector<std::uint64_t> chunk;  ///< in values
  std::uint64_t item_bytes = 0;      ///< as the chunk dimensions say
  IndexKind index = IndexKind::tree1;
  bool wide_sizes = false;       ///< the index of HDF5 2 takes a whole length for the stored size of a chunk
  bool plain_edges = false;      ///< chunks that stick out of the array are not filtered
  bool single_filtered = false;  ///< of a single chunk: its size and filter mask follow
  std::uint64_t single_bytes = 0;
  std::uint32_t single_mask = 0;
};

struct Filter {
  std::uint16_t id = 0;
  std::string name;
  std::vector<std::uint32_t> values;
};

/// Each throws damaged, or unsupported with what it is that is not read.
Dataspace parse_dataspace(const Image& image, Record body);
Datatype parse_datatype(Record& body);
DataLayout parse_layout(const Image& image, Record body);
std::vector<Filter> parse_filters(Record body);

/// The fill value's bytes; empty for the default, zero.
std::vector<std::byte> parse_fill(const std::vector<Message>& messages);

}  // namespace trigloop::io::hdf5
