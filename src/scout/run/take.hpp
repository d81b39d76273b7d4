#pragma once
// One input through pass and ledger: what is new in it is committed, lumisection by lumisection; what is in already is
// left out, orbit by orbit.
#include <cstdint>
#include <functional>
#include <vector>

#include "scout/ledger/ledger.hpp"
#include "scout/pass/pass.hpp"

namespace trigloop::scout {

struct TakeOptions {
  unsigned threads = 0;
  std::uint64_t memory = 2ull << 30;
  std::function<bool(event::LumiKey)> wanted;
  std::vector<Tap*> taps;
  TapMaker make_taps;  ///< of this input, beside `taps`; may be empty
  std::function<void(std::uint64_t events)> progress;
  /// Whether a lumisection is to be committed at once; all are, if empty. The others stay open in the ledger, and the
  /// input is not finished.
  std::function<bool(event::LumiKey)> commit;
};

/// What became of an input.
struct Taken {
  bool done_before = false;  ///< all of it was committed already: it was not read
  bool finished = false;     ///< all of it is committed now, and its ledger will not ask for it again
  std::vector<event::LumiKey> lumisections;
  std::uint64_t rows = 0;      ///< read
  std::uint64_t added = 0;     ///< events that went into records
  std::uint64_t repeated = 0;  ///< rows that stand twice in the input
  std::uint64_t duplicate_orbits = 0;
  std::uint64_t contradictions = 0;
  bool whole = true;        ///< no lumisection of it was left to others
  double seconds = 0;       ///< of the passes
  double book_seconds = 0;  ///< in the ledger, where it is known
};

/// Errors: those of examine and of the ledger. Lumisections that were delivered before an error stay committed: they
/// are whole, and the input's next try finds them there. A lumisection whose exposure contradicts the stream's
/// description is not committed.
Taken take_input(const Examiner& examiner, Ledger& ledger, const io::Source& source, const InputId& input,
                 const TakeOptions& options);

}  // namespace trigloop::scout
