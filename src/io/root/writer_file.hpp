#pragma once
// A TFile that is being written: a row of records, each behind its key, and around them what ROOT needs to find them.
//
//     byte 0     header: where the end, the free list and the streamer info are; UUID
//     byte 100   root directory: where the key list is
//     ...        records in the order of writing (baskets, trees, histograms)
//     at commit  streamer info, key list, free list
//
// The same records give the same bytes: the time is an option, the name in the file is fixed (readers take the real
// one) and the UUID is a hash of everything behind the directory. Offsets beyond 2 GB switch keys, directory, free list
// and header to their 64-bit forms, each where ROOT switches it.
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/file.hpp"
#include "io/root/compress.hpp"
#include "io/root/writer_buffer.hpp"
#include "io/root/writer_streamers.hpp"

namespace trigloop::io::root {

/// The header of a record.
struct RecordKey {
  std::string class_name, name, title;
  std::uint32_t object_bytes = 0;  ///< uncompressed, without key
  std::uint32_t stored_bytes = 0;  ///< as stored, without key
  std::uint16_t cycle = 1;
  std::uint64_t seek = 0;
  std::uint32_t datime = 0;
  bool big = false;  ///< 64-bit offsets
};

/// The bytes of the key alone.
std::size_t key_bytes(const RecordKey& key);
/// `extra_bytes` of members follow the key and count as part of it (TBasket).
void put_key(ByteWriter& out, const RecordKey& key, std::size_t extra_bytes = 0);

/// Seconds since 1970 (UTC) in ROOT's packed form, 1995 to 2058.
std::uint32_t packed_datime(std::int64_t unix_seconds) noexcept;

class FileWriter {
 public:
  static constexpr std::uint64_t begin = 100;                   ///< of the root directory (fBEGIN)
  static constexpr std::uint64_t start_big_file = 2000000000u;  ///< ROOT's kStartBigFile

  struct Config {
    std::string title;         ///< of the file
    std::uint32_t datime = 0;  ///< packed; of all keys
    int compression = 0;       ///< fCompress
    std::uint64_t big_from = start_big_file;
    Content content = Content::trees;
  };

  /// Error: output, if the folder does not exist or may not be written.
  FileWriter(std::filesystem::path path, Config config);
  ~FileWriter();

  const Config& config() const noexcept { return config_; }
  std::uint64_t position() const noexcept { return file_.position(); }
  const std::filesystem::path& path() const noexcept { return file_.path(); }

  /// Appends a whole record (key included). Error: output.
  void append(std::span<const std::byte> record);

  /// Serialises an object by `build`, compresses it and appends it as a record that the key list names.
  void write_object(const std::string& class_name, const std::string& name, const std::string& title,
                    Compressor& compressor, const std::function<void(ObjectWriter&)>& build);

  /// Writes what a TFile ends with and makes the file visible under its name. Error: output.
  void commit(Compressor& compressor);

 private:
  struct Place {
    std::uint64_t seek = 0;
    std::uint32_t bytes = 0;
  };

  RecordKey make_key(std::string class_name, std::string name, std::string title) const;
  RecordKey write_record(RecordKey key, Compressor* compressor, const std::function<void(ObjectWriter&)>& build);
  Place write_keys();
  Place write_free_list();
  void write_front(Place streamers, Place keys, Place free_list);
  void put_directory(ByteWriter& out, Place keys) const;

  struct Hash;
  core::OutputFile file_;
  Config config_;
  std::vector<RecordKey> keys_;
  std::unique_ptr<Hash> hash_;
};

}  // namespace trigloop::io::root
