// Any bytes as a ROOT file: opening and reading every column may fail with an Error, nothing else.
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <string>

#include "core/error.hpp"
#include "io/root/source.hpp"

using namespace trigloop;

namespace {

/// Reads whatever can be read, each column on its own, so that one bad column hides no other.
void read_all(const io::Source& source) {
  io::ReadOptions options;
  options.cluster_entries = 100;
  options.max_unit_bytes = 1u << 20;
  event::Columns cluster;
  for (const io::TableInfo& table : source.info().tables) {
    for (const io::ColumnInfo& column : table.columns) {
      if (!column.type) continue;
      options.verify = !options.verify;
      try {
        const auto reader = source.read({table.name, table.cycle, {column.name}}, options);
        for (int clusters = 0; clusters < 10 && reader->next(cluster); ++clusters) {
        }
        reader->rewind({column.entries / 2, column.entries});
        reader->next(cluster);
      } catch (const core::Error&) {
      }
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const int memory = memfd_create("fuzz", 0);
  if (ftruncate(memory, 0) != 0 || pwrite(memory, data, size, 0) != static_cast<ssize_t>(size)) return 0;
  try {
    read_all(*io::root::open("/proc/self/fd/" + std::to_string(memory)));
  } catch (const core::Error&) {
  }
  return 0;
}
