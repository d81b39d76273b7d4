#pragma once
// One evaluation under way, whatever it is: a process of somebody's script, or our trainer in a thread.
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tune/search/trial.hpp"

namespace trigloop::tune {

/// What a trial said of itself. Without a step it is of the whole trial.
struct Measurement {
  std::optional<std::int64_t> step;
  std::string metric;
  double value;
};

/// How it ended.
struct TrialEnd {
  enum class How : std::uint8_t { complete, saved, failed };
  How how;
  std::string reason{};  ///< of a failure
};

class TrialRun {
 public:
  /// Ends it at once, if it is still under way.
  virtual ~TrialRun() = default;
  /// File descriptors that become readable when there is something to take.
  virtual std::vector<int> descriptors() const = 0;
  /// Appends what was measured since; the end, when it has come.
  virtual std::optional<TrialEnd> take(std::vector<Measurement>& measurements) = 0;
  /// Asks it to save what it needs to go on later, and to end; called again, it has to end now if its time is over.
  virtual void stop() = 0;
  /// Lets it stand still (true), and go on.
  virtual void pause(bool still) = 0;
};

/// Starts trials; `slot` is in [0, workers) and never that of two trials at a time.
using Launch = std::function<std::unique_ptr<TrialRun>(const Trial& trial, unsigned slot)>;

/// The measurements in a line of text: "STEP METRIC VALUE" or a JSON object of metrics, with "step" or without. Other
/// lines hold none. Metrics that are not in `known` are left out.
std::vector<Measurement> parse_measurements(const std::string& line, const std::vector<std::string>& known);

}  // namespace trigloop::tune
