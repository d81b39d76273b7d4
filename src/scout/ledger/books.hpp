#pragma once
// The books of a run with several networks: one ledger of the network whose rates count, and one for each that looks
// on, in `shadow/<first 12 digits of the model>/`. Each keeps count of its own orbits, so an event enters each of them
// once, also where a network began to look on later; and each is a folder of records like any other.
//
// Of a lumisection those that look on are committed first: what the main ledger has, they have.
#include <deque>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "scout/ledger/ledger.hpp"

namespace trigloop::scout {

class Books {
 public:
  /// Errors: those of Ledger.
  Books(const std::filesystem::path& folder, const Identity& identity, const LedgerOptions& options = {},
        const std::vector<Identity>& shadows = {});

  Ledger& main() noexcept { return ledgers_.front(); }
  const Ledger& main() const noexcept { return ledgers_.front(); }
  /// That of a network that looks on; made, if there is none yet.
  Ledger& shadow(const Identity& identity);

  const std::filesystem::path& folder() const noexcept { return main().folder(); }
  /// All of the input is committed, in all ledgers.
  bool done(const InputId& input) const;
  /// Lumisections of which something is not committed in some ledger, and the state of one: that of the main ledger,
  /// where it has the lumisection.
  std::vector<event::LumiKey> open() const;
  const Record& state(event::LumiKey lumi) const;
  /// Commits what is open of a lumisection. What looks on is complete where it has the orbits of the main record, and
  /// that is complete. Errors: those of Ledger::commit.
  void commit(event::LumiKey lumi, Completeness completeness, const std::string& why = "");
  void finish(const InputId& input, const std::vector<event::LumiKey>& lumisections);
  void reopen(const InputId& input);

  std::vector<event::LumiKey> committed() const { return main().committed(); }
  const Record& committed_record(event::LumiKey lumi) const { return main().committed_record(lumi); }

 private:
  void commit_shadow(Ledger& shadow, event::LumiKey lumi, const Record* main, Completeness completeness,
                     const std::string& why);

  bool changing_ = false;
  std::deque<Ledger> ledgers_;
};

/// "shadow/4f2a90c17d3e": where the records of a network lie that looks on, in an output folder.
std::filesystem::path shadow_folder(const Identity& identity);

}  // namespace trigloop::scout
