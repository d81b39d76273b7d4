#pragma once
// Drift of a run: a monitor that is fed from the files of lumisections, and keeps its state.
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "conditions/conditions.hpp"
#include "watch/course.hpp"
#include "watch/deliver.hpp"
#include "watch/monitor.hpp"
#include "watch/reference.hpp"
#include "watch/webhook.hpp"

namespace trigloop::watch {

struct DriftOptions {
  std::filesystem::path reference;
  std::filesystem::path conditions = {};  ///< empty: none are known
  std::filesystem::path state = {};       ///< what was seen, so that a restart goes on from it; empty: nothing is kept
  MonitorOptions monitor = {};
  std::string on_alarm = {};    ///< command that gets each new alarm (watch/deliver.hpp); empty: none
  WebhookOptions webhook = {};  ///< that gets each new alarm; without a URL: none
  unsigned threads = 0;
};

class DriftRun {
 public:
  /// Errors: those of loading the reference, the conditions and the state.
  explicit DriftRun(DriftOptions options);

  /// Takes the lumisections behind the last one that was taken, in order (`files` is ascending), and commits the state.
  /// `on_alarm` is told of each alarm that is new. Errors: those of read_lumi and sample_of; output.
  void take(const std::vector<std::filesystem::path>& files, const std::function<void(const Alarm&)>& on_alarm = {});

  /// Gives alarms that were not delivered yet to the command and to the webhook, and commits the state. What failed, a
  /// line each; empty: nothing. It is tried again at a later call.
  std::string deliver();

  /// Lumisections that another model scored: where the conditions tell of several, they are passed over.
  std::uint64_t of_other_models() const noexcept { return of_other_models_; }

  const Reference& reference() const noexcept { return reference_; }
  const Monitor& monitor() const noexcept { return monitor_; }

 private:
  void take_piece(const std::vector<std::filesystem::path>& files, const std::function<void(const Alarm&)>& on_alarm);
  void save() const;

  DriftOptions options_;
  std::optional<conditions::Conditions> conditions_;
  Reference reference_;
  Monitor monitor_;
  bool models_change_ = false;
  std::uint64_t of_other_models_ = 0;
  Send command_;  ///< empty: none
  std::optional<Webhook> webhook_;
};

/// Working points and thresholds as the reference has them.
CourseOptions course_of_reference(const Reference& reference);

}  // namespace trigloop::watch
