#include "loop/journal.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <nlohmann/json.hpp>

#include "core/error.hpp"
#include "core/json_writer.hpp"
#include "core/sha256.hpp"
#include "registry/labels.hpp"

namespace trigloop::loop {
namespace {

using core::Error;
using core::ErrorCode;

constexpr std::string_view action = "loop";  ///< of the history's entries
constexpr std::array<std::string_view, 19> names{"opened",   "decided",  "collected", "curated",   "tuned",
                                                 "trained",  "chosen",   "shadowed",  "validated", "approved",
                                                 "deployed", "expert",   "confirmed", "returned",  "nothing",
                                                 "failed",   "rejected", "expired",   "mended"};

State state_of(const std::string& name, std::int64_t entry) {
  const auto found = std::ranges::find(names, name);
  if (found == names.end())
    throw Error(ErrorCode::unsupported, "'" + core::escaped(name) + "' is no state of a round")
        .in("entry " + std::to_string(entry) + " of the history");
  return static_cast<State>(found - names.begin());
}

/// An entry: action "loop", artifact the candidate (or empty), key the round, old and new as below.
void append(registry::Registry& registry, const std::string& id, const std::string& before, State to,
            const Facts& facts) {
  const auto candidate = facts.find("candidate");
  core::JsonWriter json;
  json.begin_object().member("state", name_of(to)).key("facts").raw(to_json(facts)).end_object();
  registry::note(registry, action, candidate == facts.end() ? "" : candidate->second, id, before, json.text());
}

void take(Round& round, const registry::Entry& entry) {
  const auto json = nlohmann::json::parse(entry.new_value, nullptr, false);
  if (!json.is_object() || !json.contains("state") || !json["state"].is_string() || !json.contains("facts"))
    throw Error(ErrorCode::damaged, "entry " + std::to_string(entry.number) + " of the history is no step of a round");
  const State state = state_of(json["state"].get<std::string>(), entry.number);
  Facts facts = facts_of_json(json["facts"].dump());
  for (const auto& [name, value] : facts) round.facts[name] = value;
  round.state = state;
  round.steps.push_back({entry.number, entry.time_ns, entry.user, state, std::move(facts)});
}

}  // namespace

std::string_view name_of(State state) noexcept { return names[static_cast<std::size_t>(state)]; }
bool is_end(State state) noexcept { return state >= State::confirmed; }

std::string RoundKey::id() const {
  core::JsonWriter json;
  json.begin_array().value(model).value(reference).value(at.run).value(at.lumisection).end_array();
  return std::to_string(at.run) + "." + std::to_string(at.lumisection) + "-" +
         core::sha256_hex(json.text()).substr(0, 8);
}

const std::string& Round::fact(const std::string& name) const {
  const auto found = facts.find(name);
  if (found == facts.end()) throw Error(ErrorCode::internal, "round " + id + " does not know its '" + name + "'");
  return found->second;
}

std::string Round::fact_or(const std::string& name, std::string otherwise) const {
  const auto found = facts.find(name);
  return found == facts.end() ? std::move(otherwise) : found->second;
}

std::int64_t Round::number(const std::string& name, std::int64_t otherwise) const {
  const std::string text = fact_or(name, "");
  std::int64_t value = otherwise;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::vector<Round> Journal::rounds() const {
  std::vector<Round> rounds;
  for (const registry::Entry& entry : registry::history(registry_)) {
    if (entry.action != action) continue;
    auto round = std::ranges::find(rounds, entry.key, &Round::id);
    if (round == rounds.end()) round = rounds.insert(rounds.end(), {entry.key, State::opened, {}, {}});
    take(*round, entry);
  }
  return rounds;
}

std::optional<Round> Journal::find(std::string_view id) const {
  for (Round& round : rounds()) {
    if (round.id == id) return std::move(round);
  }
  return std::nullopt;
}

std::optional<Round> Journal::open_round() const {
  for (Round& round : rounds()) {
    if (!is_end(round.state)) return std::move(round);
  }
  return std::nullopt;
}

std::optional<Round> Journal::open(const RoundKey& key, Facts facts) {
  registry::Transaction transaction(registry_.database());
  const std::string id = key.id();
  for (const Round& round : rounds()) {
    if (round.id == id || !is_end(round.state)) return std::nullopt;
  }
  facts["run"] = std::to_string(key.at.run);
  facts["lumisection"] = std::to_string(key.at.lumisection);
  facts["model"] = key.model;
  facts["reference"] = key.reference;
  append(registry_, id, "", State::opened, facts);
  transaction.commit();
  return find(id);
}

Round Journal::move(const Round& round, State to, Facts facts) {
  registry::Transaction transaction(registry_.database());
  const auto now = find(round.id);
  if (!now || now->state != round.state || now->steps.size() != round.steps.size())
    throw Error(ErrorCode::mismatch, "round " + round.id + " is no longer '" + std::string(name_of(round.state)) + "'")
        .remedy("Another process took this step; look again");
  append(registry_, round.id, std::string(name_of(round.state)), to, facts);
  transaction.commit();
  return *find(round.id);
}

std::string to_json(const Facts& facts) {
  core::JsonWriter json;
  json.begin_object();
  for (const auto& [name, value] : facts) json.member(name, value);
  return json.end_object().text();
}

Facts facts_of_json(const std::string& text) {
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_object()) throw Error(ErrorCode::damaged, "facts are no JSON object");
  Facts facts;
  for (const auto& [name, value] : json.items()) {
    if (!value.is_string()) throw Error(ErrorCode::damaged, "the fact '" + name + "' is no text");
    facts[name] = value.get<std::string>();
  }
  return facts;
}

}  // namespace trigloop::loop
