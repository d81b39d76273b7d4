#pragma once
// How many threads a pass may have within its memory.
#include <cstdint>

#include "io/source.hpp"
#include "scout/pass/bind.hpp"

namespace trigloop::scout {

/// At most `threads`, at least 1: a worker takes its reader's buffers and two accumulators. `memory` is for workers
/// alone. Error: limit, with the bytes that are needed, if not even one fits (a file whose units of compression are
/// huge).
unsigned threads_within(std::uint64_t memory, unsigned threads, const Examiner& examiner, const Binding& binding,
                        const io::Source& source);

}  // namespace trigloop::scout
