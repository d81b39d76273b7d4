#pragma once
// Rounds of the loop in the registry: its history is the only state.
//
// A round answers one call for action (an alarm, a person, an announced recalibration), and ends in one outcome. Every
// step is one entry of the registry's history (registry/labels.hpp), which is only appended to and chained by hashes;
// the state of a round is what its entries say. So there is no second truth to be torn from the first: a death at any
// moment leaves the round before the step or behind it, and a step that somebody else has taken already is refused.
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "event/lumi.hpp"
#include "registry/registry.hpp"

namespace trigloop::loop {

enum class State : std::uint8_t {
  // on the way
  opened,     ///< it is seen whether something is to be done, and what
  decided,    ///< the outcome is known: thresholds, or retrain
  collected,  ///< zero bias of after the change is there
  curated,    ///< it is packed, for training and tests
  tuned,      ///< settings were searched for, where the site wants that
  trained,    ///< all candidates are
  chosen,     ///< the best of them is, by the same new data
  shadowed,   ///< it scored the stream beside the deployed model
  validated,  ///< all gates are passed: people decide
  approved,   ///< they said yes; the switch is written
  deployed,   ///< the switch has happened: both models score
  expert,     ///< a person has to mend the detector; lumisections are left out until somebody says so
  // ends
  confirmed,
  returned,
  nothing,
  failed,
  rejected,
  expired,
  mended
};
std::string_view name_of(State state) noexcept;
bool is_end(State state) noexcept;

/// What is known of a round, by name; later steps add and replace.
using Facts = std::map<std::string, std::string>;

/// What a round answers. Equal keys are one round, whoever opens it and how often.
struct RoundKey {
  std::string model, reference;  ///< that were valid; empty: none
  event::LumiKey at;
  std::string id() const;  ///< "396102.241-5f0c9a31"
};

struct RoundStep {
  std::int64_t number = 0, time_ns = 0;  ///< of the history
  std::string user;
  State state = State::opened;
  Facts facts;  ///< that came with it
};

struct Round {
  std::string id;
  State state = State::opened;
  Facts facts;
  std::vector<RoundStep> steps;

  /// Error: internal, if it is not known.
  const std::string& fact(const std::string& name) const;
  std::string fact_or(const std::string& name, std::string otherwise) const;
  std::int64_t number(const std::string& name, std::int64_t otherwise) const;
};

class Journal {
 public:
  explicit Journal(registry::Registry& registry) : registry_(registry) {}

  /// All rounds, in the order in which they were opened.
  std::vector<Round> rounds() const;
  std::optional<Round> find(std::string_view id) const;
  /// The one that is on its way; at most one is.
  std::optional<Round> open_round() const;

  /// Opens a round, in one transaction; none, if there was one of this key or another one is on its way.
  std::optional<Round> open(const RoundKey& key, Facts facts);
  /// Takes a round one step on, in one transaction. Error: mismatch, if it is no longer in the state of `round`:
  /// somebody else took the step.
  Round move(const Round& round, State to, Facts facts);

 private:
  registry::Registry& registry_;
};

/// A flat JSON object of texts, and back. Error: damaged.
std::string to_json(const Facts& facts);
Facts facts_of_json(const std::string& json);

}  // namespace trigloop::loop
