#pragma once
// How the orbits of a contribution stand to those that are in: which are new, which are copies, which contradict.
//
// An orbit is known by its number of events, its first and last crossing, and the sum of the hashes of its events.
// Equal in all: a copy. An orbit that reaches beyond what is in (a file was cut within it) is passed again without the
// crossings that are in; sums of hashes tell whether what was left out was the same. Files are cut at their first and
// last orbit, and only there may a part of an orbit stand for a copy unproved, if it has as many events as a part can
// have. All else is a contradiction.
#include <cstdint>
#include <vector>

#include "scout/record/record.hpp"

namespace trigloop::scout {

/// What of a contribution may not be added.
struct Review {
  std::vector<std::uint32_t> leave_out;  ///< orbits, ascending: duplicate and contradicting
  /// Crossings that are in, of orbits that reach beyond them: disjoint stretches (no events, no hash), ascending.
  std::vector<event::OrbitEntry> covered;
  std::uint64_t duplicate_orbits = 0;
  std::vector<Contradiction> contradictions;
  bool nothing_new = false;             ///< all of the contribution is to be left out
  bool again = false;                   ///< a part of it is: pass again without that, and review the rest
  std::vector<event::OrbitEntry> rest;  ///< what an orbit of `covered` must leave, where its events tell
  bool clean() const noexcept { return leave_out.empty() && covered.empty(); }
};

/// `record`: what is in. `earlier`: what the contribution was made without; the result has it too.
Review review(const Record& record, const Contribution& contribution, const Review& earlier);

/// Adds a contribution that was reviewed to a record of the same identity: all of it or, in an error, nothing. Errors:
/// those of adding counts.
void join(Record& record, const Contribution& contribution, const Review& review, std::uint64_t repeated_rows);

/// Notes an input of which nothing is new.
void note_duplicate(Record& record, const InputId& input, const Review& review);

}  // namespace trigloop::scout
