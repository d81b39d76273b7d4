#pragma once
// Works on a study: takes waiting trials or makes new ones, runs as many at a time as it has slots, and writes down
// what they say. Any number of workers, on any machines, share the storage and nothing else.
//
// A trial belongs to one worker (owner_key), which gives signs of life. Whoever finds a trial whose worker is dead sets
// it waiting; it keeps number, parameters, reports and folder, so another goes on from its checkpoint. A worker that
// comes back from the dead finds that a trial is no longer its own, ends it, and writes nothing.
#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tune/run/study_file.hpp"
#include "tune/run/trial_run.hpp"
#include "tune/storage/storage.hpp"

namespace trigloop::tune {

/// What a worker is doing, for a line of progress.
struct Progress {
  std::int64_t complete = 0, pruned = 0, failed = 0, running = 0, waiting = 0;  ///< of the study
  std::int64_t wanted = 0;
  std::optional<std::int64_t> best;  ///< number of the best trial, for one objective
  double best_value = 0;
  std::optional<double> seconds_left;
  bool paused = false;
};

/// Counts trials as they finish: what was counted is not looked at again, however long the study is.
class Tally {
 public:
  explicit Tally(std::int64_t wanted) { now_.wanted = wanted; }
  const Progress& look(const History& history);
  /// Trials that are there or on their way; those that failed for good do not count.
  std::int64_t begun() const { return now_.complete + now_.pruned + now_.running + now_.waiting; }

 private:
  Progress now_;
  std::size_t seen_ = 0;
  double least_ = 0;
};

struct WorkerOptions {
  unsigned slots = 1;
  std::int64_t trials = 0;                ///< at most so many by this worker; 0: no limit
  std::filesystem::path pause_file = {};  ///< while it exists, trials stand still; empty: none
  std::function<bool()> asked_to_stop = [] { return false; };
  std::function<bool()> asked_to_pause = [] { return false; };
  std::function<void(const Progress&)> on_progress = {};  ///< at most twice a second
};

class Worker {
 public:
  Worker(Storage& storage, const StudyFile& study, Launch launch, WorkerOptions options);
  ~Worker();

  enum class Ended : std::uint8_t { done, stopped };
  /// Until all wanted trials are there, its time is over (done), or it is asked to stop: then trials save what they
  /// need, and wait for another worker. Errors: those of the storage; mismatch, if trial after trial fails.
  Ended run();

  Progress progress();

 private:
  using Clock = std::chrono::steady_clock;
  struct Slot {
    std::int64_t number = -1;
    std::unique_ptr<TrialRun> run;
    std::map<std::string, double> last;  ///< of each metric
    bool pruned = false, lost = false;
    Clock::time_point start{};
  };
  struct Finished {
    Slot slot;
    TrialEnd end;
  };

  bool wants_more();
  void fill();
  std::optional<std::int64_t> next_trial();
  std::optional<std::int64_t> take_waiting();
  std::optional<std::int64_t> create();
  void complete_parameters(std::int64_t number);
  void launch(Slot& slot, unsigned index, std::int64_t number);
  void wait();
  void collect();
  void report(Slot& slot, const std::vector<Measurement>& measurements, bool ended);
  void judge(Slot& slot);
  void finish();
  void count_failures(const Finished& one);
  std::string where_to_look(std::int64_t number) const;
  void make_ahead();
  void give_back_ahead();
  std::optional<double> final_value(const Slot& slot, const Trial& trial, const std::string& metric) const;
  std::vector<Operation> outcome(const Slot& slot, const TrialEnd& end) const;
  void keep_alive();
  void bury(const std::vector<std::int64_t>& stale);
  void look_at_pause();
  void stop_all();
  void update_own(std::int64_t number, std::vector<Operation> operations, bool* lost);
  bool is_mine(const History& history, std::int64_t number) const;
  bool busy() const;

  Storage& storage_;
  const StudyFile& study_;
  Launch launch_;
  WorkerOptions options_;
  std::unique_ptr<Sampler> sampler_;
  std::unique_ptr<Pruner> pruner_;
  std::string owner_;  ///< JSON text
  std::vector<Slot> slots_;
  std::vector<Finished> finished_;  ///< to be written
  std::deque<std::int64_t> ahead_;  ///< trials that are made, and not begun
  double usual_seconds_ = 0;        ///< of a trial; 0: none has ended
  Tally tally_;
  std::int64_t begun_ = 0, ended_here_ = 0, failed_in_a_row_ = 0;
  bool stopping_ = false, paused_ = false;
  Clock::time_point start_ = Clock::now(), next_beat_{}, next_progress_{};
};

}  // namespace trigloop::tune
