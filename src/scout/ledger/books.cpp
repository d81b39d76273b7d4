#include "scout/ledger/books.hpp"

#include <algorithm>
#include <set>

namespace trigloop::scout {

using event::LumiKey;

std::filesystem::path shadow_folder(const Identity& identity) {
  return std::filesystem::path("shadow") / identity.model.substr(0, 12);
}

Books::Books(const std::filesystem::path& folder, const Identity& identity, const LedgerOptions& options,
             const std::vector<Identity>& shadows)
    : changing_(options.changing) {
  ledgers_.emplace_back(folder, identity, options);
  for (const Identity& one : shadows) shadow(one);
}

Ledger& Books::shadow(const Identity& identity) {
  const auto known = std::find_if(ledgers_.begin() + 1, ledgers_.end(),
                                  [&](const Ledger& ledger) { return ledger.identity().model == identity.model; });
  if (known != ledgers_.end()) return *known;
  return ledgers_.emplace_back(folder() / shadow_folder(identity), identity, LedgerOptions{.changing = changing_});
}

bool Books::done(const InputId& input) const {
  return std::ranges::all_of(ledgers_, [&](const Ledger& ledger) { return ledger.done(input); });
}

std::vector<LumiKey> Books::open() const {
  std::set<LumiKey> all;
  for (const Ledger& ledger : ledgers_) {
    for (const LumiKey lumi : ledger.open()) all.insert(lumi);
  }
  return {all.begin(), all.end()};
}

const Record& Books::state(LumiKey lumi) const {
  const auto with = std::ranges::find_if(ledgers_, [&](const Ledger& ledger) { return ledger.known(lumi) != nullptr; });
  return *with->known(lumi);
}

void Books::commit(LumiKey lumi, Completeness completeness, const std::string& why) {
  const Record* record = main().known(lumi);
  for (auto shadow = ledgers_.begin() + 1; shadow != ledgers_.end(); ++shadow) {
    const Record* own = shadow->known(lumi);
    const bool turns_incomplete = own != nullptr && own->complete() && completeness == Completeness::incomplete;
    if (shadow->is_open(lumi) || turns_incomplete) commit_shadow(*shadow, lumi, record, completeness, why);
  }
  const bool changes = record != nullptr && record->completeness != completeness;
  if (main().is_open(lumi) || changes) main().commit(lumi, completeness, why);
}

void Books::commit_shadow(Ledger& shadow, LumiKey lumi, const Record* main, Completeness completeness,
                          const std::string& why) {
  const std::size_t orbits = shadow.known(lumi)->sum.orbits.size(), all = main != nullptr ? main->sum.orbits.size() : 0;
  if (orbits >= all) return shadow.commit(lumi, completeness, why);
  shadow.commit(lumi, Completeness::incomplete,
                "looked on at " + std::to_string(orbits) + " of " + std::to_string(all) + " orbits");
}

void Books::finish(const InputId& input, const std::vector<LumiKey>& lumisections) {
  for (auto ledger = ledgers_.rbegin(); ledger != ledgers_.rend(); ++ledger) {
    std::vector<LumiKey> own;
    std::ranges::copy_if(lumisections, std::back_inserter(own), [&](LumiKey lumi) { return ledger->knows(lumi); });
    ledger->finish(input, &*ledger == &main() ? lumisections : own);
  }
}

void Books::reopen(const InputId& input) {
  for (Ledger& ledger : ledgers_) ledger.reopen(input);
}

}  // namespace trigloop::scout
