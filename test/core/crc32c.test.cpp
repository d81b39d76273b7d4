// CRC-32C against the vectors of RFC 3720 (appendix B.4), and the instruction against the tables.
#include "core/crc32c.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/isa.hpp"

namespace trigloop::core {
namespace {

std::uint32_t of(const std::string& text) { return crc32c(std::as_bytes(std::span(text))); }

TEST(Crc32c, GivesTheStandardsValues) {
  for (const char* isa : {"", "scalar"}) {
    force_isa(isa);
    std::string ascending;
    for (char c = 0; c < 32; ++c) ascending += c;
    EXPECT_EQ(of("123456789"), 0xE3069283u);
    EXPECT_EQ(of(std::string(32, '\0')), 0x8A9136AAu);
    EXPECT_EQ(of(std::string(32, '\xFF')), 0x62A8AB43u);
    EXPECT_EQ(of(ascending), 0x46DD794Eu);
    EXPECT_EQ(of(""), 0u);
  }
  force_isa("");
}

TEST(Crc32c, IsTheSameByInstructionAndByTablesAndInParts) {
  std::vector<std::byte> bytes(1000);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>(i * 2654435761u >> 13);
  const std::span<const std::byte> all(bytes);
  for (std::size_t begin = 0; begin < 9; ++begin) {
    for (std::size_t n = 0; n < 70; ++n) {
      const auto part = all.subspan(begin, n);
      const std::uint32_t fast = crc32c(part);
      EXPECT_EQ(crc32c(part.subspan(n / 3), crc32c(part.first(n / 3))), fast);
      force_isa("scalar");
      EXPECT_EQ(crc32c(part), fast) << begin << ' ' << n;
      force_isa("");
    }
  }
}

}  // namespace
}  // namespace trigloop::core
