#pragma once
// The file behind the metadata: superblock, address arithmetic, checked reads.
#include <cstdint>
#include <memory>
#include <optional>

#include "core/file.hpp"
#include "io/hdf5/record.hpp"

namespace trigloop::io::hdf5 {

/// An HDF5 file whose superblock is sound: signature, version 0 to 3, sizes of addresses, and no address that it uses
/// lies behind its end. Addresses in HDF5 count from a base (the end of a user block).
class Image {
 public:
  /// Errors: damaged (no superblock, cut short, still being written); unsupported.
  explicit Image(std::shared_ptr<const core::InputFile> file);

  /// A record of `bytes` at `address`. Errors: damaged, if it leaves the file; limit above 64 MB, or if all records
  /// read so far are many times larger than the file: structures that overlap or run in circles cannot make a walk
  /// endless.
  Record read(std::uint64_t address, std::uint64_t bytes) const;
  /// The same; its last four bytes are the checksum of those before, which is compared.
  Record read_checked(std::uint64_t address, std::uint64_t bytes) const;

  /// Where an address lies in the file. Error: damaged, if `bytes` there leave it.
  std::uint64_t offset_of(std::uint64_t address, std::uint64_t bytes) const;

  const std::shared_ptr<const core::InputFile>& file() const noexcept { return file_; }
  std::size_t address_bytes() const noexcept { return address_bytes_; }
  std::size_t length_bytes() const noexcept { return length_bytes_; }
  unsigned version() const noexcept { return version_; }
  std::uint64_t root() const noexcept { return root_; }  ///< address of the root group's object header

 private:
  void parse_old(Record& record);
  void parse_new(Record& record, std::uint64_t at);
  void set_sizes(std::uint64_t address_bytes, std::uint64_t length_bytes);
  void check_end(std::uint64_t end);

  std::shared_ptr<const core::InputFile> file_;
  std::uint64_t base_ = 0, root_ = 0;
  std::size_t address_bytes_ = 8, length_bytes_ = 8;
  unsigned version_ = 0;
  mutable std::uint64_t budget_ = 0;  ///< bytes of records that may still be read; opening is one thread's work
};

/// Where the signature stands: at 0, or at 512, 1024, 2048, ... behind a user block.
std::optional<std::uint64_t> find_signature(const core::InputFile& file);

/// Bob Jenkins' lookup3 (hashlittle, 2006), which HDF5 takes as checksum of its newer metadata.
std::uint32_t lookup3(std::span<const std::byte> bytes);

}  // namespace trigloop::io::hdf5
