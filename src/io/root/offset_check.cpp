#include "io/root/offset_check.hpp"

#include <algorithm>
#include <bit>

#include "io/root/byteswap.hpp"
#include "io/root/decompress.hpp"

namespace trigloop::io::root {
namespace {

constexpr std::uint32_t big_endian(std::uint32_t number) noexcept {
  return std::endian::native == std::endian::little ? __builtin_bswap32(number) : number;
}

std::uint32_t with(std::uint32_t sum, std::uint32_t number) noexcept {
  const std::uint32_t stored = big_endian(number);
  return adler32(sum, std::as_bytes(std::span(&stored, 1)));
}

}  // namespace

OffsetCheck::OffsetCheck(std::size_t basket, std::uint64_t first, std::uint64_t end, std::uint64_t first_item,
                         std::uint32_t keylen, std::uint32_t item_bytes, std::uint32_t values, std::uint32_t expected)
    : basket_(basket),
      first_(first),
      end_(end),
      first_item_(first_item),
      keylen_(keylen),
      item_bytes_(item_bytes),
      sum_(with(values, static_cast<std::uint32_t>(end - first + 1))),
      expected_(expected) {}

void OffsetCheck::cover(std::uint64_t entry, std::span<const std::uint32_t> offsets, std::uint64_t first_item,
                        std::vector<std::uint32_t>& scratch) noexcept {
  const std::uint64_t begin = std::max(entry, first_), end = std::min(entry + offsets.size() - 1, end_);
  if (begin >= end) return;
  const auto n = static_cast<std::size_t>(end - begin);
  const auto before = static_cast<std::uint32_t>(first_item - first_item_);
  const std::uint32_t* items = offsets.data() + (begin - entry);
  for (std::size_t i = 0; i < n; ++i) scratch[i] = keylen_ + (before + items[i]) * item_bytes_;
  const auto bytes = std::as_writable_bytes(std::span(scratch.data(), n));
  to_native(bytes.data(), bytes.data(), n, sizeof(std::uint32_t));  // to big-endian, which is the same turn
  sum_ = adler32(sum_, bytes);
}

bool OffsetCheck::fits() const noexcept { return with(sum_, 0) == expected_; }

}  // namespace trigloop::io::root
