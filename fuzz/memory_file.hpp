#pragma once
// Bytes as a file without a disk, and reading all that a source has.
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <string>

#include "core/error.hpp"
#include "io/source.hpp"

namespace trigloop::fuzz {

class MemoryFile {
 public:
  MemoryFile(const std::uint8_t* data, std::size_t size) : fd_(::memfd_create("fuzz", MFD_CLOEXEC)) {
    if (fd_ < 0 || ::write(fd_, data, size) != static_cast<ssize_t>(size)) __builtin_trap();
  }
  ~MemoryFile() { ::close(fd_); }
  MemoryFile(const MemoryFile&) = delete;
  std::string path() const { return "/proc/self/fd/" + std::to_string(fd_); }

 private:
  int fd_;
};

/// Opens and reads every column of every table, a million values of each at most. An Error is a good answer.
template <class Open>
void read_everything(Open open) {
  io::ReadOptions options;
  options.max_unit_bytes = 1u << 20;
  try {
    const auto source = open();
    std::size_t columns = 0;
    for (const io::TableInfo& table : source->info().tables) {
      for (const io::ColumnInfo& column : table.columns) {
        if (!column.type || column.raw_bytes > (1u << 20) || ++columns > 64) continue;
        try {
          const auto reader = source->read({table.name, 0, {column.name}}, options);
          unsigned sum = 0;
          for (event::Columns cluster; reader->next(cluster);) {
            const event::ColumnView& view = cluster.columns[0];
            const std::size_t bytes = view.values * event::size_of(view.type);
            for (std::size_t i = 0; i < bytes; ++i) sum += std::to_integer<unsigned>(view.data[i]);
          }
          [[maybe_unused]] static volatile unsigned sink;
          sink = sum;
        } catch (const core::Error&) {
        }
      }
    }
  } catch (const core::Error&) {
  }
}

}  // namespace trigloop::fuzz
