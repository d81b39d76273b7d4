#include "io/hdf5/chunk_index.hpp"

#include <algorithm>

#include "io/hdf5/chunk_arrays.hpp"
#include "io/hdf5/tree.hpp"

namespace trigloop::io::hdf5 {
namespace {

/// The numbers of the chunks in a grid, counted so that no product overflows unnoticed.
std::uint64_t number_of(std::span<const std::uint64_t> index, std::span<const std::uint64_t> counts) {
  std::uint64_t number = 0;
  for (std::size_t d = 0; d < index.size(); ++d) number = number * counts[d] + index[d];
  return number;
}

std::vector<ChunkPlace> from_tree1(const Image& image, const DataLayout& layout, const array::Layout& grid,
                                   std::span<const std::uint64_t> counts) {
  std::vector<ChunkPlace> places;
  for (TreeChunk& chunk : chunk_tree_leaves(image, layout.address, grid.shape.size())) {
    bool inside = true;
    for (std::size_t d = 0; d < chunk.offset.size(); ++d) {
      if (chunk.offset[d] % grid.chunk[d] != 0)
        fail("a chunk does not lie on the grid", image.offset_of(chunk.address, 0));
      chunk.offset[d] /= grid.chunk[d];
      // A data set that was made smaller may keep chunks outside.
      inside = inside && chunk.offset[d] < counts[d];
    }
    if (inside) places.push_back({number_of(chunk.offset, counts), chunk.address, chunk.bytes, chunk.mask});
  }
  return places;
}

std::vector<ChunkPlace> from_tree2(const Image& image, const DataLayout& layout, std::span<const std::uint64_t> counts,
                                   const ChunkForm& form) {
  std::vector<ChunkPlace> places;
  for (Record& record : tree2_records(image, layout.address, form.filtered ? 11 : 10)) {
    ChunkPlace place;
    place.address = record.address(image.address_bytes());
    place.bytes = form.filtered ? record.number(form.size_bytes) : form.chunk_bytes;
    if (form.filtered) place.mask = record.u32();
    std::vector<std::uint64_t> index;
    bool inside = true;
    for (const std::uint64_t count : counts) {
      index.push_back(record.number(8));
      inside = inside && index.back() < count;
    }
    place.number = number_of(index, counts);
    if (inside) places.push_back(place);
  }
  return places;
}

}  // namespace

ChunkTable::ChunkTable(const Image& image, const DataLayout& layout, const array::Layout& grid, bool filtered) {
  std::uint64_t total = 1;
  for (std::size_t d = 0; d < grid.shape.size(); ++d) {
    counts_.push_back((grid.shape[d] + grid.chunk[d] - 1) / grid.chunk[d]);
    if (__builtin_mul_overflow(total, std::max<std::uint64_t>(counts_.back(), 1), &total)) {
      fail("has more chunks than can be counted", image.offset_of(0, 0));
    }
  }
  if (layout.address == undefined) return;
  const ChunkForm form = chunk_form(image, layout, grid.chunk_bytes(), filtered);
  switch (layout.index) {
    case IndexKind::tree1:
      places_ = from_tree1(image, layout, grid, counts_);
      break;
    case IndexKind::tree2:
      places_ = from_tree2(image, layout, counts_, form);
      break;
    case IndexKind::single:
      places_.push_back(
          {0, layout.address, layout.single_filtered ? layout.single_bytes : grid.chunk_bytes(), layout.single_mask});
      break;
    case IndexKind::implicit:
      places_ = implicit_chunks(image, layout.address, total, grid.chunk_bytes());
      break;
    case IndexKind::fixed_array:
      places_ = fixed_array_chunks(image, layout.address, form);
      break;
    case IndexKind::extensible_array:
      places_ = extensible_array_chunks(image, layout.address, form);
      break;
  }
  std::erase_if(places_, [&](const ChunkPlace& p) { return p.address == undefined || p.number >= total; });
  std::ranges::sort(places_, {}, &ChunkPlace::number);
  for (std::size_t i = 0; i < places_.size(); ++i) {
    const std::uint64_t offset = image.offset_of(places_[i].address, places_[i].bytes);
    if (i > 0 && places_[i].number == places_[i - 1].number) fail("a chunk is there twice", offset);
    stored_bytes_ += places_[i].bytes;
  }
}

const ChunkPlace* ChunkTable::find(std::span<const std::uint64_t> index) const {
  const std::uint64_t number = number_of(index, counts_);
  const auto place = std::ranges::lower_bound(places_, number, {}, &ChunkPlace::number);
  return place != places_.end() && place->number == number ? &*place : nullptr;
}

}  // namespace trigloop::io::hdf5
