#pragma once
// Which seeds fired, event by event, from decoded columns.
//
// Most events fire nothing, and are found out without looking at their objects one by one. From each combination
// follows what the leading pts of an event must at least be (requirement.hpp); a block of 64 events is compared with
// these numbers at once, in vectors. Only events that pass are decoded and put to the exact question.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "event/columns.hpp"
#include "menu/bind.hpp"

namespace trigloop::menu {

/// The answer for a window. Reuse it: after the first windows nothing is allocated.
struct Fired {
  std::size_t entries = 0;
  std::size_t seeds = 0;
  std::size_t words = 0;            ///< 64-bit words an event: seeds / 64, rounded up
  std::vector<std::uint64_t> bits;  ///< [entries][words]; seed s is bit s % 64 of word s / 64
  std::vector<std::uint64_t> any;   ///< bit e % 64 of word e / 64: some seed of event e fired

  /// No answers yet for so many events.
  void reset(std::size_t events, std::size_t of_seeds) {
    entries = events;
    seeds = of_seeds;
    words = (seeds + 63) / 64;
    any.assign((entries + 63) / 64, 0);
  }
  bool any_fired(std::size_t event) const noexcept { return (any[event / 64] >> (event % 64) & 1) != 0; }
  std::span<const std::uint64_t> row(std::size_t event) const noexcept {
    return std::span(bits).subspan(event * words, words);
  }
  bool fired(std::size_t event, std::size_t seed) const noexcept {
    return (bits[event * words + seed / 64] >> (seed % 64) & 1) != 0;
  }
};

/// One for each thread.
class Evaluator {
 public:
  /// `positions[i]` is where binding.columns[i] stands in the windows to come; empty: they hold just these columns.
  explicit Evaluator(const Binding& binding, std::vector<std::int32_t> positions = {});
  Evaluator(Evaluator&&) noexcept;
  ~Evaluator();

  /// What the windows must hold.
  const std::vector<std::string>& columns() const noexcept;
  std::size_t seeds() const noexcept;

  /// Seeds that fired and passed their prescale. Which events a prescale keeps is a function of run, orbit, crossing
  /// and the seed's name alone: the same for any number of threads and any order of files. Errors: damaged, if the
  /// columns of a collection have different numbers of items; limit, if objects of an event must be looked at one by
  /// one and are more than 32 of a kind.
  void run(const event::Columns& window, Fired& out);
  /// Only `any`, and `bits` empty: faster, since an event is settled by the first seed that takes it.
  void run_any(const event::Columns& window, Fired& out);
  /// All seeds of an entry of the window that was run last, whose views are still valid: a row of Fired::bits, until
  /// the next call. Of events in which none fired it is known already.
  std::span<const std::uint64_t> row(const event::Columns& window, std::size_t entry);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace trigloop::menu
