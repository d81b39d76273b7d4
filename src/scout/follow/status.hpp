#pragma once
// How the scouting of a stream goes: the tracker. One JSON file in the output folder (`status.json`, docs/formats.md),
// replaced whole every few seconds, and a view of it for terminals.
#include <array>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "event/lumi.hpp"
#include "scout/follow/clock.hpp"
#include "scout/follow/inbox.hpp"

namespace trigloop::scout {

/// What passes a stage, in all.
struct Work {
  std::uint64_t items = 0, events = 0, bytes = 0;
  double seconds = 0;  ///< that the stage was busy
  void add(const Work& other) noexcept {
    items += other.items, events += other.events, bytes += other.bytes, seconds += other.seconds;
  }
};

enum class Stage : std::uint8_t {
  look,    ///< inputs judged
  pass,    ///< inputs read, scored, counted
  book,    ///< contributions compared with what is in, and joined
  commit,  ///< lumisections written
};
inline constexpr std::size_t stage_count = 4;
const char* name_of(Stage stage) noexcept;

struct StageStatus {
  std::string name;
  Work total;
  double items_per_second = 0, events_per_second = 0, bytes_per_second = 0;  ///< of the last minute or so
};

/// Totals of the stages, and their rates over a sliding window.
class Meter {
 public:
  void add(Stage stage, const Work& work) { totals_[static_cast<std::size_t>(stage)].add(work); }
  /// Notes the totals as they are now; once a status.
  void mark(Duration now);
  std::vector<StageStatus> stages() const;

 private:
  using Totals = std::array<Work, stage_count>;
  Totals totals_{};
  std::deque<std::pair<Duration, Totals>> marks_;  ///< at most a dozen
};

struct StoreStatus {
  std::string name;
  std::string path;
  std::uint64_t files = 0, bytes = 0;
};

/// Files below a folder, and their bytes; zeros, if it is not there.
StoreStatus measure_store(const std::string& name, const std::filesystem::path& folder);

struct Status {
  std::int64_t process = 0;
  std::string state = "running";          ///< running, paused, stopping, stopped
  std::int64_t started = 0, updated = 0;  ///< seconds since 1970
  std::string folder, output;
  bool folder_present = true;
  std::array<std::uint64_t, input_states> inputs{};  ///< by InputState
  std::vector<std::string> working;
  std::uint64_t backlog_bytes = 0;
  double backlog_lumisections = 0;  ///< from how many an input had so far
  double lag_seconds = 0;           ///< age of the oldest input that is not committed
  std::uint64_t committed = 0;      ///< lumisections
  std::uint64_t incomplete = 0;     ///< of these, since the start
  std::uint64_t open = 0;           ///< of which something is not committed
  std::optional<event::LumiKey> latest;
  std::vector<StageStatus> stages;
  std::vector<StoreStatus> stores;
  std::uint64_t resident_bytes = 0, peak_bytes = 0;
  std::uint64_t disk_free = 0, disk_total = 0;
  std::string pause;  ///< why nothing goes on; empty: it does
  double pause_seconds = 0;
  std::uint64_t pauses = 0;
  std::uint64_t lost_inputs = 0, expected_lost_inputs = 0;
  std::uint64_t lost_untold = 0;  ///< lost inputs that did not tell their lumisections: these are estimated
  double lost_lumisections = 0, lost_hours = 0, expected_lost_lumisections = 0, expected_lost_hours = 0;
  std::vector<std::string> troubles;  ///< the latest few, one line each

  std::uint64_t count(InputState which) const noexcept { return inputs[static_cast<std::size_t>(which)]; }
  std::uint64_t backlog() const noexcept {
    return count(InputState::growing) + count(InputState::ready) + count(InputState::working) +
           count(InputState::aside);
  }
};

const char* name_of(InputState state) noexcept;

/// Fills in number and memory of this process, and free space of the output's disk.
void measure_machine(Status& status, const std::filesystem::path& output);

std::string format_status(const Status& status);
/// Errors: damaged; unsupported, for a later version.
Status parse_status(const std::string& text);

/// "2 lumisections (1 inputs) lost in 3.5 hours", "about" where some are estimated; empty if none is.
std::string describe_losses(const Status& status);
/// The view: a dozen lines. `now`: seconds since 1970; colours for terminals.
std::string show_status(const Status& status, std::int64_t now, bool colours);

}  // namespace trigloop::scout
