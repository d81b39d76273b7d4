#pragma once
// One of several inputs that are read at a time into the ledger, on top of any pass. Nothing is added before the whole
// input has been read and is still what it was, so an input that turns out to be damaged leaves no trace.
#include <cstdint>
#include <filesystem>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "scout/run/take.hpp"

namespace trigloop::scout {

/// What a pass is asked for, beside the input.
struct PassRequest {
  std::vector<Exclusion> exclusions;
  std::vector<event::LumiKey> only;  ///< lumisections, ascending; empty: all
};

using Examine = std::function<PassResult(const std::filesystem::path&, const InputId&, const PassRequest&)>;
using Identify = std::function<InputId(const std::filesystem::path&)>;

/// Opens an input and examines it as `pass` says, but for what is asked for. `pass.memory` is what each of several
/// passes may take at a time; an input that needs more waits for the others to end, and has `whole_memory` for itself.
/// `examiner` must outlive it.
Examine examine_with(const Examiner& examiner, PassOptions pass, std::uint64_t whole_memory);

/// How many inputs may be read at a time within `memory` bytes: at most `streams`, at least one. A lumisection with all
/// its orbits, and the buffers of its pass, are reckoned with 48 MiB.
unsigned streams_within(std::uint64_t memory, unsigned streams) noexcept;

/// Reads `path` and adds what is new in it; nothing is committed (Taken::finished stays false). `books` guards the
/// ledger, which several of these may fill at a time; it is not held while the input is read. Errors: those of the
/// pass; damaged, if the input changed meanwhile.
Taken take_in(Ledger& ledger, std::mutex& books, const std::filesystem::path& path, const InputId& input,
              const Examine& examine, const Identify& identify);

}  // namespace trigloop::scout
