#pragma once
// The directory of a zip file, as far as .npz needs it: stored and deflated members, zip64.
//
// A narrow reader of our own: a library would bring encryption, a dozen codecs and its own file layer, where all that
// is wanted is a table of offsets. Only the central directory is believed (PKWARE's APPNOTE 6.3, sections 4.3 and 4.5);
// a local header only says how long it is itself.
#include <cstdint>
#include <string>
#include <vector>

#include "core/file.hpp"

namespace trigloop::io::npy {

struct Member {
  std::string name;
  std::uint16_t method = 0;  ///< 0 stored, 8 deflated
  bool encrypted = false;
  std::uint32_t crc = 0;  ///< CRC-32 of the uncompressed bytes
  std::uint64_t stored_bytes = 0, raw_bytes = 0;
  std::uint64_t header = 0;  ///< offset of its local header
};

/// The members in the order of the central directory. Errors: damaged; limit (more than 2^20 members).
std::vector<Member> read_directory(const core::InputFile& file);

/// Where a member's bytes begin. Error: damaged, if its local header is not there or its bytes leave the file.
std::uint64_t data_offset(const core::InputFile& file, const Member& member);

}  // namespace trigloop::io::npy
