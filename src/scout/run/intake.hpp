#pragma once
// One input into the books: read, compared with what is in, entered orbit by orbit.
//
// The ledger's protocol is here and nowhere else: pass, review, pass again without what is in already, enter, and mark
// the input as done when all its lumisections are committed. It runs on top of any pass, beside others of its kind.
#include <cstdint>
#include <filesystem>
#include <functional>
#include <mutex>
#include <vector>

#include "scout/ledger/books.hpp"
#include "scout/pass/pass.hpp"

namespace trigloop::scout {

/// What a pass is asked for, beside the input.
struct PassRequest {
  std::vector<Exclusion> exclusions;
  std::vector<event::LumiKey> only;         ///< lumisections, ascending; empty: all, and it is the first pass
  std::function<void(Delivery&&)> deliver;  ///< as PassOptions::deliver
};

/// What a pass gave. `keep` makes visible what its taps wrote; it is called once nothing can be wrong with the input.
struct Reading {
  PassResult result;
  std::function<void()> keep;
  Reading(PassResult given, std::function<void()> then = {}) : result(std::move(given)), keep(std::move(then)) {}
};

using Examine = std::function<Reading(const std::filesystem::path&, const InputId&, const PassRequest&)>;
using Identify = std::function<InputId(const std::filesystem::path&)>;

enum class Entering : std::uint8_t {
  /// As soon as a lumisection is read, and `entered` is told: memory holds but a few of them. An input that is damaged
  /// at its end leaves what was whole.
  piecemeal,
  /// Nothing before the input has been read whole, and is still what it was: a damaged one leaves no trace.
  at_the_end,
};

/// What became of an input; numbers are those of the main ledger.
struct Taken {
  bool done_before = false;  ///< all of it was committed already: it was not read, the rest is empty
  bool finished = false;     ///< all of it is committed now, and its ledger will not ask for it again
  std::vector<event::LumiKey> lumisections = {};  ///< that were entered, ascending
  std::uint64_t rows = 0;                         ///< read
  std::uint64_t added = 0;                        ///< events that went into records
  std::uint64_t repeated = 0;                     ///< rows that stand twice in the input
  std::uint64_t duplicate_orbits = 0;
  std::uint64_t contradictions = 0;
  bool whole = true;        ///< no lumisection of it was left to others
  double seconds = 0;       ///< of the passes
  double book_seconds = 0;  ///< in the ledger, part of them beside a pass

  /// Adds the numbers of another.
  Taken& operator+=(const Taken& other);
};

struct IntakeOptions {
  Examine examine;
  Identify identify;
  Entering entering = Entering::at_the_end;
  /// Told of each lumisection of which something was entered, while the books are held: commit it then, or later.
  std::function<void(event::LumiKey)> entered;
};

/// Reads `path`, unless all of it is committed already, and enters what is new in it, for each network. `mutex` guards
/// the books, which several of these may fill at a time; it is not held while the input is read. Errors: those of the
/// pass, of the ledgers and of `entered`; damaged, if the input changed meanwhile.
Taken take_in(Books& books, std::mutex& mutex, const std::filesystem::path& path, const InputId& input,
              const IntakeOptions& options);

}  // namespace trigloop::scout
