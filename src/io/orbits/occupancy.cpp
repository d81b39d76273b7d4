#include "io/orbits/occupancy.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

namespace trigloop::io::orbits {

void Occupancy::keep(std::uint64_t orbit, const Crossings& crossings, const std::uint32_t* list, std::size_t rows,
                     std::atomic<std::int64_t>& left) {
  const std::size_t bytes = bits_bytes + crossings.products() * rows;
  if (left.fetch_sub(static_cast<std::int64_t>(bytes)) < static_cast<std::int64_t>(bytes)) return;
  auto kept = std::make_unique_for_overwrite<std::uint8_t[]>(bytes);
  std::uint64_t bits[bits_bytes / 8] = {};
  for (std::size_t i = 0; i < rows; ++i) bits[list[i] / 64] |= std::uint64_t{1} << (list[i] % 64);
  std::memcpy(kept.get(), bits, bits_bytes);
  std::uint8_t* to = kept.get() + bits_bytes;
  std::uint32_t all = 0;
  for (std::size_t p = 0; p < crossings.products(); ++p, to += rows) {
    for (std::size_t i = 0; i < rows; ++i) {
      const std::uint32_t objects = crossings.objects(p, list[i]);
      to[i] = static_cast<std::uint8_t>(objects);
      all |= objects;
    }
  }
  if (all <= 255) kept_[orbit] = std::move(kept);
}

std::uint64_t Occupancy::end_of_kept(EntryRange orbits) const noexcept {
  while (orbits.begin < orbits.end && kept_[orbits.begin] != nullptr) ++orbits.begin;
  return orbits.begin;
}

void Occupancy::list(std::uint64_t orbit, std::uint32_t* out) const noexcept {
  for (std::uint32_t word = 0; word < bits_bytes / 8; ++word) {
    std::uint64_t bits;
    std::memcpy(&bits, kept_[orbit].get() + word * sizeof bits, sizeof bits);
    for (; bits != 0; bits &= bits - 1) *out++ = 64 * word + static_cast<std::uint32_t>(std::countr_zero(bits));
  }
}

void Occupancy::counts(std::uint64_t orbit, std::size_t product, std::size_t rows, std::uint32_t* out) const noexcept {
  const std::uint8_t* from = kept_[orbit].get() + bits_bytes + product * rows;
  for (std::size_t i = 0; i < rows; ++i) out[i] = from[i];
}

}  // namespace trigloop::io::orbits
