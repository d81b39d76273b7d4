#pragma once
// How the process deals with the memory that it frees.

namespace trigloop::core {

/// Lets freed memory stay with the process, for the next file, in place of giving it back to the kernel and faulting it
/// in again: reading ten files in turn then costs the page faults of one. For programs that read file after file.
void keep_freed_memory() noexcept;

}  // namespace trigloop::core
