#pragma once
// Ctrl-C and SIGTERM: a flag that long work looks at between items, so that outputs are dropped cleanly.

namespace trigloop::core {

/// SIGINT and SIGTERM set the flag; a second one ends the program at once.
void catch_interrupts();
bool interrupted() noexcept;
/// The signal was SIGTERM: a service is asked to end in good order, which is no error.
bool asked_to_end() noexcept;
/// Throws Error(interrupted) if the flag is set.
void stop_if_interrupted();

}  // namespace trigloop::core
