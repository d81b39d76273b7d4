#pragma once
// TKey: the record header that stands before everything in a ROOT file.
#include <cstdint>
#include <string>

#include "core/bytes.hpp"

namespace trigloop::io::root {

struct Key {
  std::uint64_t nbytes = 0;  ///< of the record in the file: this header and the stored (compressed) object
  std::uint64_t objlen = 0;  ///< of the object, uncompressed
  std::uint64_t keylen = 0;  ///< of this header
  std::uint32_t cycle = 0;
  std::uint64_t seek = 0;  ///< where the record stands
  std::string class_name, name, title;

  std::uint64_t stored_bytes() const noexcept { return nbytes - keylen; }
  bool compressed() const noexcept { return stored_bytes() != objlen; }
};

/// Bytes of the fixed part of the smallest and the largest key header, up to and including the two positions.
inline constexpr std::size_t small_key_bytes = 26, big_key_bytes = 34;

/// Reads a key header. Errors: damaged, if its sizes are negative or contradict each other.
Key read_key(core::ByteReader& in);

/// The same of a basket that was never stored as a record: its sizes mean nothing and stay 0.
Key read_embedded_key(core::ByteReader& in);

/// TString: a length byte (255: a 4-byte length follows), then the characters.
std::string read_string(core::ByteReader& in);

}  // namespace trigloop::io::root
