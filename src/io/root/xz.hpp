#pragma once
// .xz streams, which is what ROOT's LZMA blocks hold.
#include <cstddef>
#include <span>

#include "io/root/lzma2.hpp"

namespace trigloop::io::root {

/// Decodes the .xz stream at the beginning of `in`, which must give exactly out.size() bytes; its check (CRC) is
/// compared. Errors: damaged. The usual form, one block of LZMA2, goes by `lzma2`; all others, and all that it finds
/// anything wrong with, by liblzma, whose verdict counts.
void decode_xz(std::span<const std::byte> in, std::span<std::byte> out, Lzma2Decoder& lzma2);

/// Decodes the first out.size() bytes alone; false, if there are not so many.
bool decode_xz_beginning(std::span<const std::byte> in, std::span<std::byte> out, Lzma2Decoder& lzma2);

}  // namespace trigloop::io::root
