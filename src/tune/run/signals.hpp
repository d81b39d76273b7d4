#pragma once
// Requests from outside, as flags: INT, TERM and USR2 ask to stop; TSTP to stand still, CONT to go on.
//
// Schedulers send TERM more than once, and KILL when their patience is over; so TERM never ends the program at once. A
// second INT does: somebody at a terminal means it.

namespace trigloop::tune {

void catch_requests();
bool stop_requested() noexcept;
bool pause_requested() noexcept;

}  // namespace trigloop::tune
