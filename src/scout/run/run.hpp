#pragma once
// The batch run: inputs through pass and ledger, one after the other, each on all cores; or several at a time, where
// one stream of the storage is slow.
#include <cstdint>
#include <filesystem>
#include <functional>
#include <set>
#include <vector>

#include "core/error.hpp"
#include "scout/run/take.hpp"

namespace trigloop::scout {

struct RunOptions {
  std::vector<std::filesystem::path> inputs;
  TakeOptions take;
  /// Inputs that are read at a time, or as many as the memory holds; they share threads and memory of `take`. Taps
  /// need 1.
  unsigned streams = 1;
  /// Opens an input; io::open, if empty. Needs one stream.
  std::function<std::unique_ptr<io::Source>(const std::filesystem::path& path)> open;
  /// Told of each input that is done, and of each that could not be read; the run goes on with the next. One at a time,
  /// from any thread.
  std::function<void(const std::filesystem::path& input, const Taken& taken)> done;
  std::function<void(const core::Error& error)> failed;
};

struct RunSummary {
  std::uint64_t inputs = 0, done_before = 0, failed = 0;
  Taken sum;                              ///< of all inputs
  std::set<event::LumiKey> lumisections;  ///< to which something was added
  std::optional<core::ErrorCode> first_error;
  bool stopped = false;  ///< by a signal; what was complete is committed
};

/// Errors: output (the records cannot be written: no input can go on); internal;
/// usage, for several streams with taps or an `open` of its own.
RunSummary run(const Examiner& examiner, Ledger& ledger, const RunOptions& options);

/// Files and stores that names and patterns (`*`, `?`, `[]`) mean, each once, in the order given, patterns sorted.
/// Error: not_found, for a pattern without any match.
std::vector<std::filesystem::path> expand(const std::vector<std::string>& patterns);

/// "i/n": the lumisections whose number modulo n is i. Error: usage.
std::function<bool(event::LumiKey)> part(const std::string& text);

}  // namespace trigloop::scout
