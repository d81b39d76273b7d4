#pragma once
// Base64 (RFC 4648, with padding), as keys and signatures are written. Strict: what it reads has one spelling.
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace trigloop::registry {

std::string to_base64(std::span<const std::byte> bytes);
/// Error: damaged, for other characters, wrong padding, or bits that mean nothing.
std::vector<std::byte> from_base64(std::string_view text);

}  // namespace trigloop::registry
