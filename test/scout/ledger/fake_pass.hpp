#pragma once
// Events without a detector, and a pass over them that is written to be read: what the ledger's promises are held
// against.
#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "scout/ledger/ledger.hpp"
#include "scout/pass/filter.hpp"
#include "scout/record/contribution.hpp"

namespace trigloop::test {

struct FakeEvent {
  std::uint32_t orbit = 0, crossing = 0;
  std::int64_t code = 0;
  std::uint64_t hash = 0;
};

struct FakeInput {
  std::string name;
  std::uint32_t lumisection = 1;
  std::vector<FakeEvent> events;  ///< by orbit and crossing
};

inline scout::Identity fake_identity() {
  scout::Identity identity;
  identity.model = std::string(64, 'a');
  identity.model_name = "fake";
  identity.fraction = 4;
  identity.menu = "menu-1";
  identity.seeds = {"L1_SingleMu22", "L1_\"odd\""};
  identity.layout = "cms-l1-scouting";
  identity.tail_rule = {20, 0};
  identity.tail_layout.collections = {{"EG", {"pt", "eta"}}};
  return identity;
}

inline std::vector<FakeEvent> fake_events(std::uint32_t seed, std::uint32_t orbits, std::uint32_t events_an_orbit) {
  std::mt19937 engine(seed);
  const auto random = [&] { return static_cast<std::uint32_t>(engine()); };
  std::vector<FakeEvent> events;
  for (std::uint32_t orbit = 1; orbit <= orbits; ++orbit) {
    std::vector<std::uint32_t> crossings;
    for (std::uint32_t i = 0; i < events_an_orbit; ++i) crossings.push_back(1 + random() % 3564);
    std::ranges::sort(crossings);
    crossings.erase(std::unique(crossings.begin(), crossings.end()), crossings.end());
    for (const std::uint32_t crossing : crossings) {
      events.push_back({1000 + orbit, crossing, random() % 500, (std::uint64_t{random()} << 32) | random()});
    }
  }
  return events;
}

inline constexpr std::uint32_t fake_reservoir = 10;

/// What the events that are not left out give.
inline scout::Contribution fake_pass(const FakeInput& input, const scout::Review& review = {}) {
  scout::Filter filter;
  filter.orbits = review.leave_out;
  filter.covered = review.covered;
  scout::Contribution out;
  out.lumi = {396102, input.lumisection};
  out.input = {input.name + std::to_string(input.events.size()), input.name, input.events.size() * 125};
  out.crossings.resize(3565);
  out.inputs.every = 1;
  out.inputs.names = {"MET.pt"};
  out.inputs.counts.resize(1);
  out.tail = scout::Tail({20, 0});
  out.reservoir = scout::Reservoir({fake_reservoir});
  const scout::Lots lots(out.lumi);
  std::vector<event::OrbitEntry> entries;
  std::map<std::int64_t, std::uint64_t> all, pure;
  for (const FakeEvent& event : input.events) {
    if (filter.drops(event.orbit, event.crossing, 0)) continue;
    const auto crossing = static_cast<std::uint16_t>(event.crossing);
    entries.push_back({event.orbit, 1, crossing, crossing, event.hash});
    ++all[event.code];
    if (event.hash % 3 != 0) ++pure[event.code];
    ++out.crossings[event.crossing];
    ++out.inputs.events;
    scout::add(out.inputs.counts[0], {{static_cast<std::int64_t>(event.hash % 50), 1}});
    out.tail.offer({event.code, event.orbit, event.crossing, {event.hash}, {1, 2, static_cast<int>(event.code)}});
    out.reservoir.offer(lots(event.orbit, event.crossing),
                        {event.code, event.orbit, event.crossing, {event.hash}, {1, 2, static_cast<int>(event.code)}});
  }
  std::vector<std::uint32_t> doubtful;
  out.orbits = event::OrbitSet::collect(entries, doubtful);
  out.all.assign(all.begin(), all.end());
  out.pure.assign(pure.begin(), pure.end());
  return out;
}

/// The ledger's protocol for one input of one lumisection, but for commit and finish.
inline void fake_add(scout::Ledger& ledger, const FakeInput& input) {
  scout::Contribution contribution = fake_pass(input);
  scout::Review review = ledger.review(contribution);
  while (review.again) {
    contribution = fake_pass(input, review);
    review = ledger.review(contribution, review);
  }
  ledger.add(contribution, review);
}

}  // namespace trigloop::test
