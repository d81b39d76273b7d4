#pragma once
// The closed loop: watch, decide, curate, train, validate, ask, switch, watch again.
//
// One look takes at most one step, and a step is one entry of the registry's history (journal.hpp). What a look does
// follows from the history, the stream's records and the site's configuration alone; so it does not matter which
// process looks, when, or how often one was killed before.
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/folder_lock.hpp"
#include "loop/journal.hpp"
#include "loop/lumis.hpp"
#include "loop/site.hpp"
#include "loop/step.hpp"
#include "registry/registry.hpp"

namespace trigloop::loop {

/// What a look found to do, or did.
struct Look {
  bool moved = false;                 ///< a step was taken: look again at once
  std::string round;                  ///< of which; empty: none is on its way
  std::string what, why;              ///< the step, and why it was not taken
  std::vector<std::string> commands;  ///< that were run, or would be
  bool trouble = false;               ///< the machine's, such as a full disk: it is tried again
};

class Sentry;

class Loop {
 public:
  /// `index`: what earlier looks of this process read of the records.
  Loop(const Site& site, registry::Registry& registry, std::filesystem::path program,
       std::shared_ptr<RecordIndex> index = std::make_shared<RecordIndex>())
      : site_(site), registry_(registry), journal_(registry), program_(std::move(program)), index_(std::move(index)) {}

  /// Errors: those of commands' results; output (tried again by the caller); interrupted.
  Look look();
  /// The same without doing anything.
  Look plan();

  /// Opens a round by hand, or for an announced recalibration; lumisections from `since` on count. `moves`, such as
  /// "jet=+2%", are what is announced: the round learns from the stream of before, moved so, and has its candidate when
  /// the first new data come. Errors: usage, if one is on its way.
  Round start(const std::string& cause, event::LumiKey since, const std::string& why, const std::string& moves = "");
  /// Ends a round that people opened and nobody is asked about yet: what was announced does not come. Error: usage, if
  /// it is no such round.
  Round withdraw(const std::string& round, const std::string& why);
  /// Ends the call for an expert: lumisections from `good_from` on are learned from again. Error: usage, if the round
  /// waits for no expert.
  Round mend(const std::string& round, event::LumiKey good_from);

  Journal& journal() noexcept { return journal_; }

 private:
  Look take_step(const Round& round, const StreamView& stream, bool only_plan);
  Look recall(const std::vector<Round>& rounds, const StreamView& stream, bool only_plan);
  Look watch(const std::vector<Round>& rounds, const StreamView& stream, bool only_plan);
  Look make_reference(const Sentry& sentry, const std::vector<Scored>& lumis, bool only_plan);
  void update_conditions(const StreamView& stream);
  Result run_commands(const Step& step);

  const Site& site_;
  registry::Registry& registry_;
  Journal journal_;
  std::filesystem::path program_;
  std::shared_ptr<RecordIndex> index_;
};

/// While it lives, no other loop works in the folder. Errors: usage, with the process that does; output.
class WorkLock : core::FolderLock {
 public:
  explicit WorkLock(const std::filesystem::path& folder);
};

}  // namespace trigloop::loop
