#include "scout/run.hpp"

#include <glob.h>

#include <algorithm>
#include <charconv>

#include "core/interrupt.hpp"
#include "io/any/any.hpp"

namespace trigloop::scout {
namespace {

namespace fs = std::filesystem;
using core::Error;
using core::ErrorCode;

void add(RunSummary& summary, const Taken& taken) {
  summary.done_before += taken.done_before ? 1 : 0;
  summary.lumisections.insert(taken.lumisections.begin(), taken.lumisections.end());
  Taken& sum = summary.sum;
  sum.rows += taken.rows;
  sum.added += taken.added;
  sum.repeated += taken.repeated;
  sum.duplicate_orbits += taken.duplicate_orbits;
  sum.contradictions += taken.contradictions;
  sum.seconds += taken.seconds;
}

Taken take_file(const Examiner& examiner, Ledger& ledger, const fs::path& path, const TakeOptions& options) {
  try {
    const InputId input = identify(path);
    if (ledger.done(input)) {
      Taken before;
      before.done_before = before.finished = true;
      return before;
    }
    return take_input(examiner, ledger, *io::open(path), input, options);
  } catch (Error& e) {
    e.file(path.native());
    throw;
  }
}

/// Whether the next input may fare better.
bool is_of_input(const Error& error) {
  return error.code() != ErrorCode::output && error.code() != ErrorCode::internal;
}

}  // namespace

RunSummary run(const Examiner& examiner, Ledger& ledger, const RunOptions& options) {
  RunSummary summary;
  for (const fs::path& path : options.inputs) {
    if (core::interrupted()) summary.stopped = true;
    if (summary.stopped) break;
    try {
      const Taken taken = take_file(examiner, ledger, path, options.take);
      add(summary, taken);
      if (options.done) options.done(path, taken);
    } catch (const Error& e) {
      if (e.code() == ErrorCode::interrupted) {
        summary.stopped = true;
        break;
      }
      if (!is_of_input(e)) throw;
      ++summary.failed;
      if (!summary.first_error) summary.first_error = e.code();
      if (options.failed) options.failed(e);
    }
    ++summary.inputs;
  }
  return summary;
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
