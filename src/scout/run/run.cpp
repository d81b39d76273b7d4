#include "scout/run/run.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <map>
#include <mutex>
#include <thread>

#include "core/interrupt.hpp"

namespace trigloop::scout {
namespace {

namespace fs = std::filesystem;
using core::Error;
using core::ErrorCode;
using event::LumiKey;

/// Whether the next input may fare better.
bool is_of_input(const Error& error) {
  return error.code() != ErrorCode::output && error.code() != ErrorCode::internal;
}

/// Takes inputs from the list until it is empty. One mutex guards ledger, list and summary; it is not held while an
/// input is read.
class Runner {
 public:
  Runner(const Examiner& examiner, Books& books, const RunOptions& options)
      : examiner_(examiner),
        books_(books),
        options_(options),
        streams_(streams_within(options.reading.memory, options.streams)),
        intake_{examine_with(examiner, share_of_stream(options.reading, streams_)), identify,
                streams_ == 1 ? Entering::piecemeal : Entering::at_the_end, [this](LumiKey lumi) { commit(lumi); }} {}

  RunSummary run() {
    const auto start = std::chrono::steady_clock::now();
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
    mark_what_failed();
    return std::move(summary_);
  }

 private:
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
      Taken taken = take(path);
      const std::lock_guard lock(mutex_);
      add(taken);
      if (options_.done) options_.done(path, taken);
    } catch (Error& e) {
      fail(path, e.file(path.native()));
    }
  }

  Taken take(const fs::path& path) {
    const InputId input = identify(path);
    Taken taken = take_in(books_, mutex_, path, input, intake_);
    if (taken.done_before || !taken.whole) return taken;
    const std::lock_guard lock(mutex_);
    books_.finish(input, taken.lumisections);
    taken.finished = true;
    return taken;
  }

  void add(const Taken& taken) {
    ++summary_.inputs;
    summary_.done_before += taken.done_before ? 1 : 0;
    summary_.lumisections.insert(taken.lumisections.begin(), taken.lumisections.end());
    summary_.sum += taken;
  }

  /// What is missing of a lumisection, as far as it is known by now. What an input gave before it failed is whole.
  std::string missing(const Record& record) const {
    const auto [first, last] = failed_.equal_range(record.lumi());
    const auto is_missing = [&](const auto& failed) {
      return std::ranges::find(record.shares, failed.second.hash, hash_of) == record.shares.end();
    };
    const auto failed = std::find_if(first, last, is_missing);
    return failed != last ? failed->second.why : missing_orbits(record.shares);
  }
  static const std::string& hash_of(const InputShare& share) { return share.input.hash; }

  /// Nothing is open where the input brought nothing, or nothing but its own, from before a crash; but what was missing
  /// then may have come.
  void commit(LumiKey lumi) {
    const std::vector<LumiKey> open = books_.open();
    const bool changed = std::ranges::binary_search(open, lumi);
    const Record& record = books_.state(lumi);
    const std::string why = missing(record);
    if (why.empty()) {
      summary_.incomplete.erase(lumi);
    } else {
      summary_.incomplete.insert(lumi);
    }
    if (changed || record.complete() != why.empty()) {
      books_.commit(lumi, why.empty() ? Completeness::complete : Completeness::incomplete, why);
    }
  }

  void fail(const fs::path& path, const Error& error) {
    if (error.code() != ErrorCode::interrupted && is_of_input(error)) find_lumisections(path);
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

  /// Which lumisections the failed input holds, if its keys can be read all the same.
  void find_lumisections(const fs::path& path) {
    const std::string why = path.filename().native() + " could not be read";
    try {
      const std::string hash = identify(path).hash;
      const auto lumisections = lumisections_of(examiner_, options_.reading, path);
      const std::lock_guard lock(mutex_);
      for (const LumiKey lumi : lumisections) failed_.emplace(lumi, Failed{hash, why});
    } catch (const Error& e) {
      const std::lock_guard lock(mutex_);
      if (e.code() != ErrorCode::interrupted) unknown_ = why + ", and nothing tells what it holds";
    }
  }

  /// What was committed before an input failed.
  void mark_what_failed() {
    std::set<LumiKey> doubtful;
    for (const auto& [lumi, failed] : failed_) doubtful.insert(lumi);
    if (!unknown_.empty()) doubtful.insert(summary_.lumisections.begin(), summary_.lumisections.end());
    const std::vector<LumiKey> committed = books_.committed();
    for (const LumiKey lumi : doubtful) {
      if (std::ranges::binary_search(committed, lumi)) mark(books_.committed_record(lumi));
    }
  }

  void mark(const Record& record) {
    std::string why = missing(record);
    if (why.empty() && !unknown_.empty() && !orbits_are_stated(record.shares)) why = unknown_;
    if (why.empty()) return;
    const LumiKey lumi = record.lumi();
    const std::vector<InputShare> shares = record.shares;
    if (record.complete()) books_.commit(lumi, Completeness::incomplete, why);
    for (const InputShare& share : shares) books_.reopen(share.input);
    summary_.incomplete.insert(lumi);
  }

  /// Of an input that could not be read.
  struct Failed {
    std::string hash, why;
  };

  const Examiner& examiner_;
  Books& books_;
  const RunOptions& options_;
  const unsigned streams_;
  const IntakeOptions intake_;
  std::mutex mutex_;
  std::size_t at_ = 0;
  std::exception_ptr failure_;
  std::multimap<LumiKey, Failed> failed_;  ///< lumisections of inputs that failed
  std::string unknown_;                    ///< of an input that failed and may hold anything
  RunSummary summary_;
};

}  // namespace

RunSummary run(const Examiner& examiner, Books& books, const RunOptions& options) {
  return Runner(examiner, books, options).run();
}

}  // namespace trigloop::scout
