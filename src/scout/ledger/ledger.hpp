#pragma once
// The books of an output folder: which orbits are in, and from which input. It is the one place that decides what is
// counted, so that each orbit is counted once, whatever brings it, in whatever order, and wherever the process dies.
//
// The folder is the only state: records (`*.record`, the truth), `.axo` files derived from them, `inputs/<hash>.json`
// (an input all of whose lumisections are committed), `identity.json`, `reservoir/`. A lock makes a second process stop
// at once.
//
// Protocol of one input:
//     if (ledger.done(id)) skip;
//     contributions = pass without exclusions;
//     review = ledger.review(contribution) for each;        // what is already in
//     while any review says `again`:
//         contributions = pass without what the reviews leave out;
//         review = ledger.review(contribution, review) for each;
//     ledger.add(contribution, review), or add_duplicate where nothing is new, for each lumisection;
//     ledger.commit(lumi, ...) now or later;
//     ledger.finish(id, lumisections) when all its lumisections are committed.
//
// A ledger serves one thread at a time. A failed commit (disk full) leaves its lumisection open: commit again.
#include <cstdint>
#include <filesystem>
#include <functional>
#include <list>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "scout/ledger/folder_lock.hpp"
#include "scout/ledger/overlap.hpp"
#include "scout/ledger/reservoir_store.hpp"
#include "scout/record/record.hpp"

namespace trigloop::scout {

struct LedgerOptions {
  ReservoirRule reservoir = {};  ///< of lumisections that are new
  ReservoirBudget budget = {};
  /// Lumisections may be of different networks, menus and streams, as their contributions say.
  bool changing = false;
  std::function<void(const Record&)> committed = {};  ///< told of each record that was committed; may be empty
};

class Ledger {
 public:
  /// Opens (or makes) the output folder. Errors: usage, if another process holds it (named by its number) or the
  /// folder's records have another identity (what differs is named); output; damaged.
  Ledger(std::filesystem::path folder, Identity identity, const LedgerOptions& options = {});
  ~Ledger();
  Ledger(const Ledger&) = delete;
  Ledger& operator=(const Ledger&) = delete;

  const Identity& identity() const noexcept { return identity_; }
  const std::filesystem::path& folder() const noexcept { return folder_; }

  /// All of this input is committed already.
  bool done(const InputId& input) const;
  /// Compares with what is in, committed or open. `earlier`: what has been left out of the contribution already; the
  /// review has it too.
  Review review(const Contribution& contribution, const Review& earlier = {}) const;
  /// Joins a contribution from which the reviewed orbits have been left out. Error: mismatch, if an orbit is in twice
  /// all the same, or the lumisection was begun by another identity (nothing is added then).
  void add(const Contribution& contribution, const Review& review, std::uint64_t repeated_rows = 0);
  /// Notes an input that only had duplicates; nothing changes where they are its own, from before a crash.
  void add_duplicate(event::LumiKey lumi, const InputId& input, const Review& review);

  /// Lumisections with something that is not committed, and the state of one.
  std::vector<event::LumiKey> open() const;
  bool is_open(event::LumiKey lumi) const { return open_.contains(lumi); }
  const Record& state(event::LumiKey lumi) const;  ///< it must be open
  /// Writes the record, then its `.axo`; a record that stood there is replaced in one step. The lumisection is closed
  /// then, and opened again by a late contribution. Errors: mismatch, if its exposure contradicts the description of
  /// the stream; output. It stays open then, and nothing of it is visible.
  void commit(event::LumiKey lumi, Completeness completeness, const std::string& why = "");
  /// Marks an input as done. Error: internal, if something of it is not committed.
  void finish(const InputId& input, const std::vector<event::LumiKey>& lumisections);

  /// Takes that mark back: the input is to be looked at again, as something of a lumisection of it is missing.
  void reopen(const InputId& input);

  /// The state of a lumisection, open or committed; null, if nothing of it is in. Valid until the next call.
  const Record* known(event::LumiKey lumi) const;
  /// Something of it is in; nothing is read for that.
  bool knows(event::LumiKey lumi) const { return is_open(lumi) || committed_.contains(lumi); }

  std::vector<event::LumiKey> committed() const;
  /// The last commit of a lumisection; it must be committed.
  const Record& committed_record(event::LumiKey lumi) const;

 private:
  struct Open {
    Record record;
    std::set<std::string> inputs;  ///< hashes of those of which something is not committed
  };
  void check_identity() const;
  void derive_axo() const;
  Open& open_state(event::LumiKey lumi, const Identity& identity);

  std::filesystem::path folder_;
  Identity identity_;
  FolderLock lock_;
  std::map<event::LumiKey, Open> open_;
  std::set<event::LumiKey> committed_;
  mutable std::list<Record> recent_;  ///< committed ones that were asked for lately, read again when asked for later
  std::set<std::string> done_;        ///< hashes of inputs
  LedgerOptions options_;
  std::optional<ReservoirStore> reservoirs_;
};

/// Identifies a regular file (or a store's folder) by content. Errors: not_found.
InputId identify(const std::filesystem::path& path);

}  // namespace trigloop::scout
