#pragma once
// Float16_t and Double32_t: floats that ROOT stores with fewer bits.
//
// The comment behind a member (or a leaf's title) says how: "[min,max,nbits]" stores the value as an integer of 4 bytes
// scaled to the range; "[0,0,nbits]" keeps the exponent byte and nbits of mantissa in 3 bytes; nothing means 12 bits of
// mantissa for Float16_t and a plain float for Double32_t.
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace trigloop::io::root {

struct PackedFloat {
  enum class Form : std::uint8_t { plain, truncated, ranged };
  Form form = Form::plain;
  int mantissa_bits = 0;                 ///< truncated
  double low = 0, high = 0, factor = 1;  ///< ranged: value = low + stored x factor

  static PackedFloat parse(std::string_view title, bool float16);

  std::size_t stored_bytes() const noexcept { return form == Form::truncated ? 3 : 4; }
  /// Decodes stored.size() / stored_bytes() values into `out` (float for Float16_t, double for Double32_t).
  template <class T>
  void decode(std::span<const std::byte> stored, T* out) const;
};

}  // namespace trigloop::io::root
