#pragma once
// The crossings of an orbit that hold something, from the offsets of its products.
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace trigloop::io::orbits {

/// Crossings are numbered 1 to 3564; the offsets begin with a crossing 0 that is always empty, and end behind the last.
inline constexpr std::size_t crossing_slots = 3565;
inline constexpr std::size_t offsets_of_orbit = crossing_slots + 1;

class Crossings {
 public:
  /// `empty_too`: crossings 1 to 3564 are all listed, whether or not they hold something.
  explicit Crossings(std::size_t products, bool empty_too = false) : counts_(products), empty_too_(empty_too) {}

  void clear() noexcept {
    any_.fill(empty_too_ ? 1 : 0);
    any_[0] = 0;
  }
  /// Adds a product by its offsets. Returns what is wrong with them, if something is: not 3566, not beginning with 0,
  /// not ascending, or objects in crossing 0.
  std::optional<std::string> add(std::size_t product, std::span<const std::uint32_t> offsets);

  /// Lists the crossings that are not empty, ascending, in `out` (room for crossing_slots); returns how many.
  std::size_t list(std::uint32_t* out) const noexcept;
  std::size_t products() const noexcept { return counts_.size(); }
  std::uint32_t objects(std::size_t product, std::uint32_t crossing) const noexcept {
    return counts_[product][crossing];
  }

 private:
  using Counts = std::array<std::uint32_t, crossing_slots>;
  std::vector<Counts> counts_;
  Counts any_{};
  bool empty_too_;
};

}  // namespace trigloop::io::orbits
