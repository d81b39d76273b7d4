#pragma once
// One input into the ledger, by the ledger's protocol, on top of any pass. Nothing is added before the whole input has
// been read and is still what it was, so an input that turns out to be damaged leaves no trace.
#include <cstdint>
#include <filesystem>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "scout/ledger.hpp"
#include "scout/pass.hpp"

namespace trigloop::scout {

/// What a pass is asked for, beside the input.
struct PassRequest {
  std::vector<Exclusion> exclusions;
  std::vector<event::LumiKey> only;  ///< lumisections, ascending; empty: all
};

using Examine = std::function<PassResult(const std::filesystem::path&, const InputId&, const PassRequest&)>;
using Identify = std::function<InputId(const std::filesystem::path&)>;

struct TakenIn {
  std::vector<event::LumiKey> lumisections;
  std::uint64_t rows = 0;
  bool whole = true;  ///< no lumisection of the input was left to others
  std::uint64_t duplicate_orbits = 0, contradicting_orbits = 0;
  double pass_seconds = 0, book_seconds = 0;
};

/// Reads `path` and adds what is new in it. `books` guards the ledger, which several of these may fill at a time; it is
/// not held while the input is read. Errors: those of the pass; damaged, if the input changed meanwhile.
TakenIn take_in(Ledger& ledger, std::mutex& books, const std::filesystem::path& path, const InputId& input,
                const Examine& examine, const Identify& identify);

}  // namespace trigloop::scout
