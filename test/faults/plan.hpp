#pragma once
// What shall go wrong, and where: read once from the environment.
//
//     TRIGLOOP_FAULTS_UNDER=FOLDER   only calls on files below it count
//     TRIGLOOP_FAULTS_CALLS=a,b,...  only these calls count (write, sync, open, create, rename, unlink, mkdir, read)
//     TRIGLOOP_FAULTS_DO=ACTION:N    at the N-th of them (from 1); no ACTION: calls are only counted
//     TRIGLOOP_FAULTS_COUNT=FILE     their number is written there at the end of an undisturbed run
//
// Actions: kill (SIGKILL before the call), tear (half of a write is done, then SIGKILL), lose (as if power failed: what
// was written and not synced is gone, names stay), cut (names that were not synced are as before, too), and a system
// error by name (ENOSPC, EIO, ...), once; with a + behind it ("ENOSPC+") also for all calls after the N-th.
#include <string>

namespace trigloop::faults {

enum class Action : unsigned char { none, kill, tear, lose, cut, fail };

struct Plan {
  std::string under, calls, count_file, saved;  ///< saved: a folder for what `cut` restores, beside `under`
  Action action = Action::none;
  int error = 0;
  bool onwards = false;
  long at = 0;
};

Plan read_plan();

}  // namespace trigloop::faults
