#pragma once
// Events on their way into a packed file.
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "core/buffer.hpp"
#include "event/type.hpp"

namespace trigloop::curate {

/// What stands beside the objects of an event, in the order and by the names of packed files.
enum class Side : std::uint8_t { et, ht, pileup, l1 };
inline constexpr std::size_t side_count = 4;
inline constexpr std::array<std::string_view, side_count> side_names = {"ET", "HT", "PU", "L1bits"};

struct SideType {
  event::Type type = event::Type::float32;
  std::vector<std::uint64_t> shape;  ///< of an event; empty for one value
  std::size_t bytes() const noexcept {
    std::size_t n = event::size_of(type);
    for (const std::uint64_t extent : shape) n *= extent;
    return n;
  }
};
/// Those that an input gives.
using SideTypes = std::array<std::optional<SideType>, side_count>;

/// Reused from batch to batch.
struct Batch {
  std::uint64_t first_entry = 0;
  std::size_t events = 0;
  core::AlignedBuffer<std::int16_t> values;        ///< [events][objects][pt, eta, phi]
  std::array<core::ByteBuffer, side_count> sides;  ///< [events] of SideType::bytes
  /// Of signal sets: the sum over events of a hash of all that the input holds of each, wanted or not. It depends
  /// neither on the order of work nor on how a file is cut and compressed.
  std::uint64_t content = 0;

  /// Puts the events of `more`, and its content, behind those that are here.
  void append(const Batch& more);
};

}  // namespace trigloop::curate
