#pragma once
// The blocks of a source's part of an orbit: which crossings, and where their objects stand.
//
// A block is uint32 header, crossing, orbit (the top bit is a flag), then objects; sums that come alone by TCP have no
// header. The header counts the objects: muons in bits 0 to 3 and 16 to 19, 12 bytes each; others in bits 0 to 7.
// Blocks of all of the calorimeter are 59 words whatever they hold.
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "io/raw/fields.hpp"

namespace trigloop::io::raw {

struct Block {
  std::uint32_t crossing = 0;
  std::uint16_t objects = 0;
  std::uint16_t sds = 0;
  const std::byte* data = nullptr;  ///< of the objects
};

struct Fault {
  std::string reason;
  std::size_t offset = 0;  ///< in the part
};

struct BlockList {
  std::vector<Block> blocks;
  std::uint32_t other_orbits = 0;  ///< blocks that name another orbit than the event; CMSSW does not look, we count
};

/// Appends the blocks of a part. Returns what is wrong, if something is: a block that is cut, or a crossing that is
/// none.
std::optional<Fault> list_blocks(std::uint32_t sds, std::span<const std::byte> part, std::uint32_t orbit,
                                 BlockList& list);

/// By crossings, those of a crossing in the order in which they came.
void sort_blocks(std::vector<Block>& blocks, std::vector<Block>& scratch);

}  // namespace trigloop::io::raw
