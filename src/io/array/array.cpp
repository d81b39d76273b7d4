#include "io/array/array.hpp"

#include <limits>

#include "core/error.hpp"

namespace trigloop::io::array {
namespace {

constexpr std::size_t max_rank = 32;

std::uint64_t product(std::span<const std::uint64_t> extents) noexcept {
  std::uint64_t n = 1;
  for (const std::uint64_t extent : extents) n *= extent;
  return n;
}

/// Whether the product of the extents times `bytes` fits in 62 bits, so that sums of a few such products do too.
bool fits(std::span<const std::uint64_t> extents, std::uint64_t bytes) noexcept {
  constexpr std::uint64_t most = std::uint64_t{1} << 62;
  std::uint64_t n = bytes;
  // Zero extents make the whole empty, but the others still serve in products of their own.
  for (const std::uint64_t extent : extents) {
    if (extent != 0 && (__builtin_mul_overflow(n, extent, &n) || n > most)) return false;
  }
  return true;
}

[[noreturn]] void fail(core::ErrorCode code, const std::string& reason) { throw core::Error(code, reason); }

}  // namespace

std::uint64_t Layout::inner() const noexcept { return product(std::span(shape).subspan(1)); }
std::uint64_t Layout::chunk_values() const noexcept { return product(chunk); }

void check(const Layout& layout) {
  using core::ErrorCode;
  if (layout.shape.size() > max_rank) fail(ErrorCode::unsupported, "has more than 32 dimensions");
  if (layout.shape.empty() || layout.shape.size() != layout.chunk.size()) {
    fail(ErrorCode::damaged, "shape and chunk shape have different numbers of dimensions");
  }
  for (const std::uint64_t extent : layout.chunk) {
    if (extent == 0) fail(ErrorCode::damaged, "has chunks of no extent");
  }
  const std::size_t bytes = event::size_of(layout.encoding.type);
  if (!fits(layout.shape, bytes) || !fits(layout.chunk, bytes)) {
    fail(ErrorCode::damaged, "claims a shape of more than 2^62 bytes");
  }
  if (layout.inner() > std::numeric_limits<std::uint32_t>::max()) {
    fail(ErrorCode::unsupported, "has more than 2^32 - 1 values an entry");
  }
}

ColumnInfo describe(std::string name, const Layout& layout, std::uint64_t stored_bytes, std::string compression) {
  ColumnInfo info;
  info.name = std::move(name);
  info.type = layout.encoding.type;
  info.type_name = layout.encoding.half ? "float16" : std::string(event::name_of(layout.encoding.type));
  info.shape.assign(layout.shape.begin() + 1, layout.shape.end());
  for (const std::uint64_t extent : info.shape) info.type_name.append("[").append(std::to_string(extent)).append("]");
  info.entries = layout.entries();
  info.raw_bytes = layout.raw_bytes();
  info.stored_bytes = stored_bytes;
  info.compression = std::move(compression);
  return info;
}

ColumnInfo unreadable(std::string name, std::string type_name, std::uint64_t entries, std::string why_not) {
  ColumnInfo info;
  info.name = std::move(name);
  info.type_name = std::move(type_name);
  info.entries = entries;
  info.why_not = std::move(why_not);
  return info;
}

}  // namespace trigloop::io::array
