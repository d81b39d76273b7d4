// Any text as the metadata of a Zarr array, and what follows a zero byte as its chunk.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "core/error.hpp"
#include "io/zarr/codec.hpp"
#include "io/zarr/metadata.hpp"

namespace zarr = trigloop::io::zarr;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view all(reinterpret_cast<const char*>(data), size);
  const std::string_view text = all.substr(0, all.find('\0'));
  try {
    zarr::check_group(text);
  } catch (const trigloop::core::Error&) {
  }
  try {
    const zarr::ArrayMeta meta = zarr::parse_array(text);
    if (meta.fill.size() != meta.layout.encoding.stored_bytes()) __builtin_trap();
    if (text.size() == size || meta.layout.chunk_bytes() > (1u << 20)) return 0;
    std::vector<std::byte> out(meta.layout.chunk_bytes());
    const auto stored = std::as_bytes(std::span(data, size)).subspan(text.size() + 1);
    zarr::Codec(meta.compressor).decode(stored, out);
  } catch (const trigloop::core::Error&) {
  }
  return 0;
}
