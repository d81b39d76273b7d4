#pragma once
// The course of a run's lumisections, kept up to date while records come, for many readers at once.
#include <filesystem>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <vector>

#include "watch/course.hpp"

namespace trigloop::serve {

class Live {
 public:
  /// `conditions`: a file, read again when it changes, that tells thresholds of the firmware by lumisection; it may be
  /// absent until the first model is switched on. Empty: none.
  Live(std::vector<std::filesystem::path> places, watch::CourseOptions options, std::filesystem::path conditions = {})
      : places_(std::move(places)),
        options_(std::move(options)),
        own_points_(options_.points),
        conditions_(std::move(conditions)) {}

  /// Reads what came since the last time. A lumisection that was committed anew (a late piece completed it) has all
  /// read again, at the thresholds that stand. One thread at a time. Returns whether something changed; trouble is kept
  /// for `trouble`, and what was read before stays.
  bool refresh();

  /// Why the last refresh failed; empty: it did not.
  std::string trouble() const;

  /// What `reader` makes of the course; no refresh changes it meanwhile.
  template <class Reader>
  auto read(Reader reader) const {
    const std::shared_lock lock(mutex_);
    return reader(course_);
  }

 private:
  /// What tells that a file is the one that was read.
  struct Stamp {
    std::filesystem::file_time_type written;
    std::uintmax_t bytes = 0;
    bool operator==(const Stamp&) const = default;
  };
  struct Seen {
    std::filesystem::path path;
    Stamp stamp;
    bool operator==(const Seen&) const = default;
  };
  using Files = std::vector<Seen>;  ///< by lumisection

  Files look() const;
  bool read_conditions();
  void read_all(const Files& now);
  void read_more(const Files& now);

  std::vector<std::filesystem::path> places_;
  watch::CourseOptions options_;
  std::vector<watch::Point> own_points_;  ///< those of the conditions come behind
  std::filesystem::path conditions_;
  Stamp conditions_seen_;
  mutable std::shared_mutex mutex_;
  watch::Course course_;
  std::string trouble_;
  Files seen_;  ///< of refresh alone
};

}  // namespace trigloop::serve
