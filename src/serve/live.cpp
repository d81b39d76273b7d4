#include "serve/live.hpp"

#include <algorithm>

#include "core/error.hpp"

namespace trigloop::serve {
namespace {

namespace fs = std::filesystem;

template <class Iterator>
std::vector<fs::path> paths_of(Iterator begin, Iterator end) {
  std::vector<fs::path> paths;
  std::transform(begin, end, std::back_inserter(paths), [](const auto& seen) { return seen.path; });
  return paths;
}

}  // namespace

Live::Files Live::look() const {
  Files files;
  for (const fs::path& path : watch::find_lumis(places_)) {
    std::error_code vanished;
    const Stamp stamp{fs::last_write_time(path, vanished), fs::file_size(path, vanished)};
    if (!vanished) files.push_back({path, stamp});
  }
  return files;
}

/// Returns whether they are others than before.
bool Live::read_conditions() {
  if (conditions_.empty() || !fs::exists(conditions_)) return false;
  const Stamp now{fs::last_write_time(conditions_), fs::file_size(conditions_)};
  if (now == conditions_seen_) return false;
  options_.conditions = std::make_shared<const conditions::Conditions>(conditions::load_conditions(conditions_));
  options_.points = own_points_;
  for (watch::Point& point : watch::firmware_points(*options_.conditions)) options_.points.push_back(std::move(point));
  conditions_seen_ = now;
  return true;
}

void Live::read_all(const Files& now) {
  watch::Course course = watch::follow_course(paths_of(now.begin(), now.end()), options_);
  const std::unique_lock lock(mutex_);
  course_ = std::move(course);
  for (std::size_t i = 0; i < course_.points.size(); ++i) options_.thresholds[i] = course_.points[i].threshold;
}

void Live::read_more(const Files& now) {
  const auto fresh = paths_of(now.begin() + static_cast<std::ptrdiff_t>(seen_.size()), now.end());
  const std::unique_lock lock(mutex_);
  watch::extend_course(course_, fresh, options_.threads);
}

bool Live::refresh() {
  std::string trouble;
  bool changed = false;
  try {
    const bool other = read_conditions();
    options_.thresholds.resize(options_.points.size());
    Files now = look();
    changed = other || now != seen_;
    const bool grown = !other && now.size() >= seen_.size() && std::equal(seen_.begin(), seen_.end(), now.begin());
    if (changed) seen_.empty() || !grown ? read_all(now) : read_more(now);
    seen_ = std::move(now);
  } catch (const core::Error& e) {
    trouble = e.what();
  }
  const std::unique_lock lock(mutex_);
  trouble_ = std::move(trouble);
  return changed;
}

std::string Live::trouble() const {
  const std::shared_lock lock(mutex_);
  return trouble_;
}

}  // namespace trigloop::serve
