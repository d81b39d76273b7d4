#include "core/crc32c.hpp"

#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

#include <array>

#include "core/bytes.hpp"
#include "core/isa.hpp"

namespace trigloop::core {
namespace {

constexpr std::uint32_t polynomial = 0x82F63B78;  // reflected
constexpr std::size_t step = sizeof(std::uint64_t);

using Tables = std::array<std::array<std::uint32_t, 256>, step>;

/// tables[k][b]: what byte b does to a checksum that k more bytes follow, so that eight look-ups take eight bytes.
constexpr Tables make_tables() {
  Tables tables{};
  for (std::uint32_t b = 0; b < 256; ++b) {
    std::uint32_t crc = b;
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ ((crc & 1) != 0 ? polynomial : 0);
    tables[0][b] = crc;
  }
  for (std::size_t k = 1; k < step; ++k) {
    for (std::size_t b = 0; b < 256; ++b) tables[k][b] = tables[k - 1][b] >> 8 ^ tables[0][tables[k - 1][b] & 0xFF];
  }
  return tables;
}

constexpr Tables tables = make_tables();

std::uint32_t by_tables(std::uint32_t crc, const std::byte* at, std::size_t n) noexcept {
  for (; n >= step; n -= step, at += step) {
    const std::uint64_t word = load_le<std::uint64_t>(at) ^ crc;
    crc = 0;
    for (std::size_t k = 0; k < step; ++k) crc ^= tables[step - 1 - k][word >> (8 * k) & 0xFF];
  }
  for (; n > 0; --n, ++at) crc = crc >> 8 ^ tables[0][(crc ^ std::to_integer<std::uint32_t>(*at)) & 0xFF];
  return crc;
}

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) std::uint32_t by_instruction(std::uint32_t crc, const std::byte* at,
                                                               std::size_t n) noexcept {
  std::uint64_t wide = crc;
  for (; n >= step; n -= step, at += step) wide = _mm_crc32_u64(wide, load_le<std::uint64_t>(at));
  crc = static_cast<std::uint32_t>(wide);
  for (; n > 0; --n, ++at) crc = _mm_crc32_u8(crc, std::to_integer<unsigned char>(*at));
  return crc;
}

bool has_instruction() noexcept {
  static const bool has = __builtin_cpu_supports("sse4.2") != 0;
  return has;
}
#endif

}  // namespace

std::uint32_t crc32c(std::span<const std::byte> bytes, std::uint32_t before) noexcept {
#if defined(__x86_64__)
  if (has_instruction() && !scalar_is_forced()) return ~by_instruction(~before, bytes.data(), bytes.size());
#endif
  return ~by_tables(~before, bytes.data(), bytes.size());
}

}  // namespace trigloop::core
