#pragma once
// A study for people and for other programs.
#include <string>

#include "tune/run/worker.hpp"

namespace trigloop::tune {

/// One line: "best 0.123 (trial 7), 12 of 100 done, 3 pruned, 4 running, 5 min left".
std::string progress_line(const Progress& progress);
/// {"format": 1, "study": ..., "metrics": [...], "complete": ..., "best": {...}, ...}
std::string status_json(const Storage& storage, const Progress& progress);

/// What its finished trials took, added up.
double trial_seconds(const History& history);

/// "trial 7 failed: REASON", for the newest trials that failed and have not come to a good end since.
std::vector<std::string> last_errors(const History& history, std::size_t most);

/// The best trial; of several objectives, those that no other trial beats in all.
std::vector<std::int64_t> best_trials(const History& history);

/// One line a trial, with a column for each parameter and objective; what a trial lacks is empty.
std::string trials_csv(const History& history, const std::vector<std::string>& metrics);
/// {"format": 1, "study": ..., "trials": [...]}
std::string trials_json(const History& history);
std::string trial_json(const Trial& trial);

}  // namespace trigloop::tune
