#pragma once
// How inputs are read: opened, examined, and looked at by taps.
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <set>

#include "io/source.hpp"
#include "scout/run/intake.hpp"

namespace trigloop::scout {

struct ReadingOptions {
  unsigned threads = 0;                                ///< of one pass; 0: all cores
  std::uint64_t memory = 2ull << 30;                   ///< of one pass
  std::uint64_t whole_memory = 2ull << 30;             ///< of all that run at a time
  std::uint64_t read_ahead = 0;                        ///< io::ReadOptions::read_ahead
  std::function<bool(event::LumiKey)> wanted;          ///< which lumisections; all, if empty
  std::function<void(std::uint64_t events)> progress;  ///< of first passes; called now and then, from any thread
  std::function<std::unique_ptr<io::Source>(const std::filesystem::path&)> open;  ///< io::open, if empty
  /// By what a lumisection is examined (scout/run/regimes.hpp); empty: by the examiner that is given.
  std::function<std::shared_ptr<const Examiner>(event::LumiKey)> examiner_at;
  TapMaker make_taps;  ///< of each input; may be empty
};

/// Examines inputs as the options say. An input that needs more than `memory` waits for the others to end, and has
/// `whole_memory` for itself. `examiner` must outlive it.
Examine examine_with(const Examiner& examiner, ReadingOptions options);

/// The wanted lumisections of an input, by a quick look at its keys, and what it states. Errors: those of reading.
std::set<event::LumiKey> lumisections_of(const Examiner& examiner, const ReadingOptions& options,
                                         const std::filesystem::path& path);

/// How many inputs may be read at a time within `memory` bytes: at most `streams`, at least one. A lumisection with all
/// its orbits, and the buffers of its pass, are reckoned with 48 MiB.
unsigned streams_within(std::uint64_t memory, unsigned streams) noexcept;

/// What each of `streams` passes at a time gets of the threads and of the memory. Several read ahead.
ReadingOptions share_of_stream(ReadingOptions whole, unsigned streams);

}  // namespace trigloop::scout
