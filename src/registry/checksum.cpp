#include "registry/checksum.hpp"

#include <zlib.h>

#include <algorithm>
#include <cstdio>
#include <vector>

#include "core/error.hpp"
#include "core/file.hpp"
#include "core/sha256.hpp"

namespace trigloop::registry {

std::string adler32_of_file(const std::filesystem::path& path) {
  constexpr std::uint64_t piece = 1u << 20;
  const core::InputFile file(path);
  std::vector<std::byte> buffer(static_cast<std::size_t>(std::min(piece, file.size())));
  uLong sum = ::adler32(0, nullptr, 0);
  for (std::uint64_t at = 0; at < file.size(); at += piece) {
    const std::span part(buffer.data(), static_cast<std::size_t>(std::min(piece, file.size() - at)));
    file.read(at, part);
    sum = ::adler32(sum, reinterpret_cast<const Bytef*>(part.data()), static_cast<uInt>(part.size()));
  }
  char text[9];
  std::snprintf(text, sizeof text, "%08lx", sum);
  return text;
}

std::string checksum_of_file(const std::filesystem::path& path, std::string_view like) {
  if (like.starts_with("adler32")) return "adler32:" + adler32_of_file(path);
  if (like.starts_with("sha256")) return "sha256:" + core::sha256_of_file(path);
  throw core::Error(core::ErrorCode::usage, "there is no checksum '" + std::string(like) + "'")
      .remedy("Checksums are adler32 and sha256");
}

}  // namespace trigloop::registry
