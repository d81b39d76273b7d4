#pragma once
// The filters of HDF5 chunks: deflate, shuffle, Fletcher-32.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/buffer.hpp"
#include "io/hdf5/message.hpp"

struct libdeflate_decompressor;

namespace trigloop::io::hdf5 {

/// Throws unsupported, naming the filter, if a pipeline holds one that is not read, or more than one deflate.
void check_filters(const std::vector<Filter>& filters);

/// "gzip-4+shuffle", "none".
std::string describe(const std::vector<Filter>& filters);

/// Undoes a pipeline; keeps scratch memory, so each thread has its own.
class Unfilter {
 public:
  Unfilter(std::vector<Filter> filters, bool verify);
  ~Unfilter();
  Unfilter(const Unfilter&) = delete;

  /// Fills `out` exactly from a stored chunk. Bit i of `mask`: filter i was skipped. Errors: damaged.
  void operator()(std::span<const std::byte> stored, std::uint32_t mask, std::span<std::byte> out);

 private:
  void inflate(std::span<const std::byte> in, std::span<std::byte> to);
  std::span<const std::byte> drop_checksum(std::span<const std::byte> in) const;

  std::vector<Filter> filters_;
  bool verify_;
  std::unique_ptr<libdeflate_decompressor, void (*)(libdeflate_decompressor*)> inflater_;
  core::ByteBuffer scratch_[2];
};

/// Puts bytes that were grouped by their place in a value back together.
void unshuffle(std::span<const std::byte> in, std::size_t value_bytes, std::span<std::byte> out);

std::uint32_t fletcher32(std::span<const std::byte> bytes);

}  // namespace trigloop::io::hdf5
