#include "registry/base64.hpp"

#include <cstdint>

#include "core/error.hpp"

namespace trigloop::registry {
namespace {

constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

[[noreturn]] void fail() { throw core::Error(core::ErrorCode::damaged, "is no base64 text"); }

std::uint32_t digit(char c) {
  const auto at = digits.find(c);
  if (at == digits.npos) fail();
  return static_cast<std::uint32_t>(at);
}

}  // namespace

std::string to_base64(std::span<const std::byte> bytes) {
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t word = 0;
    for (std::size_t k = i; k < i + 3; ++k)
      word = word << 8 | (k < bytes.size() ? std::to_integer<std::uint32_t>(bytes[k]) : 0);
    const std::size_t given = bytes.size() - i;
    for (std::size_t k = 0; k < 4; ++k) text += k <= given ? digits[word >> (18 - 6 * k) & 63] : '=';
  }
  return text;
}

std::vector<std::byte> from_base64(std::string_view text) {
  if (text.size() % 4 != 0) fail();
  std::size_t padding = 0;
  while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=') ++padding;
  std::vector<std::byte> bytes;
  bytes.reserve(text.size() / 4 * 3);
  for (std::size_t i = 0; i < text.size(); i += 4) {
    const std::size_t unused = i + 4 == text.size() ? padding : 0;
    std::uint32_t word = 0;
    for (std::size_t k = 0; k < 4; ++k) word = word << 6 | (k < 4 - unused ? digit(text[i + k]) : 0);
    for (std::size_t k = 0; k < 3 - unused; ++k) bytes.push_back(static_cast<std::byte>(word >> (16 - 8 * k) & 255));
    if (word & ((1u << 8 * unused) - 1)) fail();  // the last digit's spare bits are zero
  }
  return bytes;
}

}  // namespace trigloop::registry
