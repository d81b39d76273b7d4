#include "io/raw/blocks.hpp"

#include <algorithm>
#include <array>

#include "core/bytes.hpp"

namespace trigloop::io::raw {
namespace {

using core::load_le;

constexpr std::uint32_t last_crossing = 3564, orbit_mask = 0x7FFFFFFF;
constexpr std::size_t word = 4, calo_bytes = 59 * word;

/// How the blocks of a source are laid out.
struct Form {
  std::size_t header, object;  ///< bytes; object 0: one of all that follows
  std::size_t fixed;           ///< bytes of any block; 0: the header counts
};

constexpr Form form_of(std::uint32_t sds) {
  if (sds == sds_gmt) return {3 * word, 3 * word, 0};
  if (sds == sds_calo) return {3 * word, 0, calo_bytes};
  if (sds == sds_tcp_sums) return {2 * word, 0, 8 * word};
  if (sds <= sds_bmtf_last) return {3 * word, 2 * word, 0};
  return {3 * word, word, 0};
}

constexpr std::size_t objects_of(std::uint32_t sds, std::uint32_t header) {
  return sds == sds_gmt ? (header & 15) + (header >> 16 & 15) : header & 0xFF;
}

}  // namespace

std::optional<Fault> list_blocks(std::uint32_t sds, std::span<const std::byte> part, std::uint32_t orbit,
                                 BlockList& list) {
  const Form form = form_of(sds);
  for (std::size_t at = 0; at < part.size();) {
    const std::byte* block = part.data() + at;
    const std::size_t left = part.size() - at;
    if (left < form.header) return Fault{"a block ends within its header", at};
    const std::size_t objects = form.fixed != 0 ? 1 : objects_of(sds, load_le<std::uint32_t>(block));
    const std::size_t bytes = form.fixed != 0 ? form.fixed : form.header + objects * form.object;
    if (left < bytes) {
      return Fault{
          "a block of " + std::to_string(bytes) + " bytes begins " + std::to_string(left) + " bytes before the end",
          at};
    }
    const auto crossing = load_le<std::uint32_t>(block + form.header - 2 * word);
    if (crossing < 1 || crossing > last_crossing) {
      return Fault{"a block is of crossing " + std::to_string(crossing) + "; crossings are 1 to 3564", at};
    }
    const std::uint32_t its_orbit = load_le<std::uint32_t>(block + form.header - word) & orbit_mask;
    list.other_orbits += its_orbit != (orbit & orbit_mask) ? 1 : 0;
    list.blocks.push_back(
        {crossing, static_cast<std::uint16_t>(objects), static_cast<std::uint16_t>(sds), block + form.header});
    at += bytes;
  }
  return std::nullopt;
}

void sort_blocks(std::vector<Block>& blocks, std::vector<Block>& scratch) {
  if (std::ranges::is_sorted(blocks, {}, &Block::crossing)) return;
  std::array<std::uint32_t, last_crossing + 2> begin{};
  for (const Block& block : blocks) ++begin[block.crossing + 1];
  for (std::size_t i = 1; i < begin.size(); ++i) begin[i] += begin[i - 1];
  scratch.resize(blocks.size());
  for (const Block& block : blocks) scratch[begin[block.crossing]++] = block;
  blocks.swap(scratch);
}

}  // namespace trigloop::io::raw
