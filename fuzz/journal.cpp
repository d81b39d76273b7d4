// Any bytes as a journal of studies: what is damaged is read over; what is read can be written and read again.
#include "tune/storage/journal.hpp"

#include "memory_file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace trigloop;
  const fuzz::MemoryFile file(data, size);
  try {
    for (const tune::StudySummary& study : tune::Journal::list(file.path())) {
      const tune::Journal journal(file.path(), {study.name, {}});
      tune::Distributions distributions;
      for (std::int64_t i = 0; i < static_cast<std::int64_t>(journal.history().size()); ++i) {
        const std::string line = tune::journal_line(tune::op::Create{journal.history()[i]}, 0, -1, "fuzz");
        if (!tune::parse_journal_line(line, distributions)) __builtin_trap();
      }
    }
  } catch (const core::Error&) {
  }
  return 0;
}
