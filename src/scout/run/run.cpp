#include "scout/run/run.hpp"

#include <glob.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <exception>
#include <mutex>
#include <thread>

#include "core/interrupt.hpp"
#include "core/parallel.hpp"
#include "io/any/any.hpp"
#include "scout/run/intake.hpp"

namespace trigloop::scout {
namespace {

namespace fs = std::filesystem;
using core::Error;
using core::ErrorCode;

/// Whether the next input may fare better.
bool is_of_input(const Error& error) {
  return error.code() != ErrorCode::output && error.code() != ErrorCode::internal;
}

/// Takes inputs from the list until it is empty. One mutex guards ledger, list and summary; several streams hold it
/// only while they do not read.
class Runner {
 public:
  Runner(const Examiner& examiner, Ledger& ledger, const RunOptions& options)
      : examiner_(examiner),
        ledger_(ledger),
        options_(options),
        streams_(streams_within(options.take.memory, options.streams)),
        examine_(examine_with(examiner, share(), options.take.memory)) {}

  RunSummary run() {
    const auto start = std::chrono::steady_clock::now();
    if (options_.streams > 1 && (!options_.take.taps.empty() || options_.take.make_taps || options_.open))
      throw Error(ErrorCode::usage, "stores are read and written by one stream").remedy("Leave out --streams");
    if (streams_ == 1) {
      read_all();
    } else {
      std::vector<std::thread> streams;
      for (unsigned i = 0; i < streams_; ++i) streams.emplace_back([this] { read_all(); });
      for (std::thread& stream : streams) stream.join();
      // What streams do at the same time is counted once.
      summary_.sum.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    }
    if (failure_) std::rethrow_exception(failure_);
    return std::move(summary_);
  }

 private:
  PassOptions share() const {
    const unsigned threads = options_.take.threads > 0 ? options_.take.threads : core::available_cores();
    PassOptions pass;
    pass.threads = std::max(1u, threads / streams_);
    pass.memory = options_.take.memory / streams_;
    pass.wanted = options_.take.wanted;
    pass.progress = options_.take.progress;
    return pass;
  }

  void read_all() {
    try {
      while (const fs::path* path = next()) read(*path);
    } catch (...) {
      const std::lock_guard lock(mutex_);
      if (!failure_) failure_ = std::current_exception();
    }
  }

  const fs::path* next() {
    const std::lock_guard lock(mutex_);
    if (core::interrupted()) summary_.stopped = true;
    if (summary_.stopped || failure_ || at_ == options_.inputs.size()) return nullptr;
    return &options_.inputs[at_++];
  }

  void read(const fs::path& path) {
    try {
      const Taken taken = streams_ == 1 ? take_alone(path) : take_beside_others(path);
      const std::lock_guard lock(mutex_);
      add(taken);
      if (options_.done) options_.done(path, taken);
    } catch (Error& e) {
      fail(e.file(path.native()));
    }
  }

  void fail(const Error& error) {
    const std::lock_guard lock(mutex_);
    if (error.code() == ErrorCode::interrupted) {
      summary_.stopped = true;
      return;
    }
    if (!is_of_input(error)) throw Error(error);
    ++summary_.inputs;
    ++summary_.failed;
    if (!summary_.first_error) summary_.first_error = error.code();
    if (options_.failed) options_.failed(error);
  }

  Taken take_alone(const fs::path& path) {
    const InputId input = identify(path);
    if (ledger_.done(input)) return done_before();
    const auto source = options_.open ? options_.open(path) : io::open(path);
    return take_input(examiner_, ledger_, *source, input, options_.take);
  }

  Taken take_beside_others(const fs::path& path) {
    const InputId input = identify(path);
    {
      const std::lock_guard lock(mutex_);
      if (ledger_.done(input)) return done_before();
    }
    Taken taken = take_in(ledger_, mutex_, path, input, examine_, identify);
    const std::lock_guard lock(mutex_);
    const std::vector<event::LumiKey> open = ledger_.open();
    for (const event::LumiKey lumi : taken.lumisections) {
      if (std::ranges::binary_search(open, lumi)) ledger_.commit(lumi, Completeness::complete);
    }
    if (taken.whole) ledger_.finish(input, taken.lumisections);
    taken.finished = taken.whole;
    return taken;
  }

  static Taken done_before() {
    Taken before;
    before.done_before = before.finished = true;
    return before;
  }

  void add(const Taken& taken) {
    ++summary_.inputs;
    summary_.done_before += taken.done_before ? 1 : 0;
    summary_.lumisections.insert(taken.lumisections.begin(), taken.lumisections.end());
    Taken& sum = summary_.sum;
    sum.rows += taken.rows;
    sum.added += taken.added;
    sum.repeated += taken.repeated;
    sum.duplicate_orbits += taken.duplicate_orbits;
    sum.contradictions += taken.contradictions;
    sum.seconds += taken.seconds;
  }

  const Examiner& examiner_;
  Ledger& ledger_;
  const RunOptions& options_;
  const unsigned streams_;
  const Examine examine_;
  std::mutex mutex_;
  std::size_t at_ = 0;
  std::exception_ptr failure_;
  RunSummary summary_;
};

}  // namespace

RunSummary run(const Examiner& examiner, Ledger& ledger, const RunOptions& options) {
  return Runner(examiner, ledger, options).run();
}

std::vector<fs::path> expand(const std::vector<std::string>& patterns) {
  std::vector<fs::path> paths;
  const auto add = [&](const std::string& name) {
    if (std::ranges::find(paths, fs::path(name)) == paths.end()) paths.emplace_back(name);
  };
  for (const std::string& pattern : patterns) {
    std::error_code ignored;
    if (pattern.find_first_of("*?[") == std::string::npos || fs::exists(pattern, ignored)) {
      add(pattern);
      continue;
    }
    glob_t found{};
    const int failed = ::glob(pattern.c_str(), 0, nullptr, &found);
    for (std::size_t i = 0; i < found.gl_pathc; ++i) add(found.gl_pathv[i]);
    ::globfree(&found);
    if (failed != 0) throw Error(ErrorCode::not_found, "no file matches").file(pattern);
  }
  return paths;
}

std::function<bool(event::LumiKey)> part(const std::string& text) {
  std::uint32_t i = 0, n = 0;
  const char* end = text.data() + text.size();
  const auto first = std::from_chars(text.data(), end, i);
  if (first.ec == std::errc() && first.ptr != end && *first.ptr == '/') {
    const auto second = std::from_chars(first.ptr + 1, end, n);
    if (second.ec == std::errc() && second.ptr == end && i < n) {
      return [i, n](event::LumiKey lumi) { return lumi.lumisection % n == i; };
    }
  }
  throw Error(ErrorCode::usage, "'" + text + "' is no part: it must be i/n with i below n, as 0/4");
}

}  // namespace trigloop::scout
