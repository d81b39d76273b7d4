#pragma once
// Rates of lumisections at thresholds, and thresholds for rates: the numbers that people sign.
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "event/lumi.hpp"
#include "loop/site.hpp"
#include "watch/lumi.hpp"

namespace trigloop::loop {

/// A lumisection's file, and whose scores it holds.
struct Scored {
  event::LumiKey key;
  std::filesystem::path file;
  std::string model;  ///< SHA-256 of the model's file
};

/// Whose scores the records hold that were looked at before: a look every few seconds at thousands of records reads the
/// new ones alone.
class RecordIndex {
 public:
  /// Reads the record, unless it was read and has not changed since. Errors: those of reading.
  Scored look_up(const std::filesystem::path& file);

 private:
  std::map<std::filesystem::path, std::pair<std::filesystem::file_time_type, Scored>> known_;
};

/// A rate with one standard deviation; the error of a count of 0 is that of 1.
struct Rate {
  std::uint64_t passing = 0;
  double hertz = 0, error = 0;
};

/// A working point as it is deployed, and as it was measured.
struct MeasuredPoint {
  std::string name;
  bool pure = false;
  double target = 0, band = 0;
  std::int64_t threshold = 0, prescale = 1;
  Rate raw = {}, pure_rate = {};
  /// Each event shared among all triggers that took it; none, where not all events of `raw` were kept whole.
  std::optional<Rate> proportional = {};
  std::uint64_t kept_whole = 0;  ///< events of `raw` that were, with all triggers that took them
  double chi2 = 0;               ///< of the lumisections' rates with their mean
  std::size_t lumisections = 0;
  double seconds = 0;  ///< of data taking that was examined

  /// The rate that the target is about.
  const Rate& rate() const noexcept { return pure ? pure_rate : raw; }
  double deviation() const noexcept { return (rate().hertz - target) / (band * target); }
  double deviation_error() const noexcept { return rate().error / (band * target); }
  double chi2_per_degree() const noexcept {
    return lumisections < 2 ? 0 : chi2 / static_cast<double>(lumisections - 1);
  }
};

/// The records of a folder and of those in it (a model that looks on has one of its own), in the order of lumisections;
/// of one model, unless it is "". A folder that is not there has none. Errors: those of reading.
std::vector<Scored> scored_lumis(const std::filesystem::path& folder, const std::string& model);
std::vector<Scored> scored_lumis(const std::filesystem::path& folder, const std::string& model, RecordIndex& index);

/// Thresholds at which the rates of all lumisections together are within the targets. Error: mismatch, where exposures
/// do not tell rates, or there are no events.
std::vector<std::int64_t> thresholds_for(const std::vector<PointTarget>& points, const std::vector<Scored>& lumis);

/// Rates at thresholds, one a point.
std::vector<MeasuredPoint> measure(const std::vector<PointTarget>& points, const std::vector<std::int64_t>& thresholds,
                                   const std::vector<Scored>& lumis);

/// A JSON array of working points, and back. Error: damaged.
std::string to_json(const std::vector<MeasuredPoint>& points);
std::vector<MeasuredPoint> points_of_json(const std::string& json);
std::vector<std::int64_t> thresholds_of(const std::vector<MeasuredPoint>& points);
/// "nominal 2801 (x1): raw 49.8 +- 0.4 Hz, pure ..."
std::string text_of(const MeasuredPoint& point);

}  // namespace trigloop::loop
