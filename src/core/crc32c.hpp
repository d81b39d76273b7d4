#pragma once
// CRC-32C (Castagnoli), the checksum of the detector's raw events, iSCSI and ext4: polynomial 0x1EDC6F41, bits
// reflected.
#include <cstddef>
#include <cstdint>
#include <span>

namespace trigloop::core {

/// Of `bytes`, or of what `before` is the checksum of followed by `bytes`. By the processor's instruction where there
/// is one (some 7 GB/s), else by tables.
std::uint32_t crc32c(std::span<const std::byte> bytes, std::uint32_t before = 0) noexcept;

}  // namespace trigloop::core
