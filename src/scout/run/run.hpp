#pragma once
// The batch run: inputs into the books, one after the other, each on all cores; or several at a time, where one stream
// of the storage is slow.
//
// A lumisection is committed as complete when all orbits came that its inputs state, and no input that holds events of
// it failed. Which these are is told from the keys of the failed input; where not even these can be read, all
// lumisections of the run whose orbits are not stated are incomplete. What their inputs are is looked at again by a
// later run, which may know better.
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <set>
#include <vector>

#include "core/error.hpp"
#include "scout/run/reading.hpp"

namespace trigloop::scout {

struct RunOptions {
  std::vector<std::filesystem::path> inputs;
  ReadingOptions reading;  ///< `threads` and `memory` are those of the run; streams share them
  unsigned streams = 1;    ///< inputs that are read at a time, or as many as the memory holds
  /// Told of each input that is done, and of each that could not be read; the run goes on with the next. One at a time,
  /// from any thread.
  std::function<void(const std::filesystem::path& input, const Taken& taken)> done;
  std::function<void(const core::Error& error)> failed;
};

struct RunSummary {
  std::uint64_t inputs = 0, done_before = 0, failed = 0;
  Taken sum;                              ///< of all inputs
  std::set<event::LumiKey> lumisections;  ///< to which something was added
  std::set<event::LumiKey> incomplete;    ///< of these; `why` of their records says what is missing
  std::optional<core::ErrorCode> first_error;
  bool stopped = false;  ///< by a signal; what was complete is committed
};

/// Errors: output (the records cannot be written: no input can go on); internal.
RunSummary run(const Examiner& examiner, Books& books, const RunOptions& options);

}  // namespace trigloop::scout
