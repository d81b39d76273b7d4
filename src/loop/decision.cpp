#include "loop/decision.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <set>

#include "core/error.hpp"
#include "core/json_writer.hpp"
#include "core/sha256.hpp"
#include "registry/labels.hpp"

namespace trigloop::loop {
namespace {

using core::Error;
using core::ErrorCode;
using Json = nlohmann::json;  // objects keep their keys sorted

constexpr std::array<std::string_view, 4> verbs{"approve", "reject", "revoke", "rollback"};

[[noreturn]] void refuse(std::string reason, std::string remedy = "") {
  Error error(ErrorCode::mismatch, std::move(reason));
  if (!remedy.empty()) error.remedy(remedy);
  throw error;
}

bool holds(registry::Registry& registry, const Statement& s) {
  return s.head == 0 || registry.database().text("SELECT seal FROM history WHERE number=?", s.head) == s.head_seal;
}

const Person* person_of(const Site& site, const std::string& role, const registry::PublicKey& key) {
  const Role* const found = site.role(role);
  if (found == nullptr) return nullptr;
  const auto person = std::ranges::find(found->people, key, &Person::key);
  return person == found->people.end() ? nullptr : &*person;
}

/// The facts of a statement that have to be those of the round, with their names.
std::vector<std::pair<const char*, bool>> differences(const Statement& a, const Statement& b) {
  return {{"site", a.site == b.site},
          {"round", a.round == b.round},
          {"candidate", a.candidate == b.candidate},
          {"model", a.model == b.model},
          {"evidence", a.evidence == b.evidence},
          {"working points", a.points == b.points},
          {"replaced model", a.replaces == b.replaces}};
}

void refuse_other_facts(const Statement& given, const Statement& now) {
  for (const auto& [name, same] : differences(given, now)) {
    if (!same)
      refuse(std::string("the statement's ") + name + " is not that of the round as it is now",
             "Read the evidence as it is now, and sign anew");
  }
}

void refuse_other_times(const Statement& s, std::int64_t now_ns, std::int64_t valid_ns) {
  if (s.expires_ns <= now_ns) refuse("the statement has ended on " + registry::utc(s.expires_ns), "Sign anew");
  if (s.issued_ns > now_ns + 300'000'000'000) refuse("the statement is of the future: look at the clocks");
  if (s.expires_ns - s.issued_ns > valid_ns) refuse("the statement is valid for longer than the site allows");
}

bool awaits(const Round& round, Verb verb) {
  if (verb == Verb::rollback)
    return round.state == State::approved || round.state == State::deployed || round.state == State::confirmed;
  return round.state == State::validated;
}

std::string text_field(const Json& json, const char* name) { return json.at(name).get<std::string>(); }

}  // namespace

std::string_view name_of(Verb verb) noexcept { return verbs[static_cast<std::size_t>(verb)]; }

std::string text_of(const Statement& s) {
  const Json json{{"trigloop_decision", 1},
                  {"decision", std::string(name_of(s.verb))},
                  {"site", s.site},
                  {"role", s.role},
                  {"round", s.round},
                  {"candidate", s.candidate},
                  {"model", s.model},
                  {"evidence", s.evidence},
                  {"replaces", s.replaces},
                  {"working_points", Json::parse(s.points)},
                  {"automatic_return", s.automatic_return},
                  {"issued_ns", s.issued_ns},
                  {"expires_ns", s.expires_ns},
                  {"expires", registry::utc(s.expires_ns)},
                  {"audit", {{"entry", s.head}, {"seal", s.head_seal}}}};
  return json.dump(2) + "\n";
}

Statement parse_statement(const std::string& text) {
  Statement s;
  try {
    const Json json = Json::parse(text);
    const auto verb = std::ranges::find(verbs, text_field(json, "decision"));
    if (verb == verbs.end() || json.at("trigloop_decision") != 1)
      throw Error(ErrorCode::unsupported, "another decision");
    s.verb = static_cast<Verb>(verb - verbs.begin());
    s.site = text_field(json, "site");
    s.role = text_field(json, "role");
    s.round = text_field(json, "round");
    s.candidate = text_field(json, "candidate");
    s.model = text_field(json, "model");
    s.evidence = text_field(json, "evidence");
    s.replaces = text_field(json, "replaces");
    s.points = json.at("working_points").dump();
    s.automatic_return = json.at("automatic_return");
    s.issued_ns = json.at("issued_ns");
    s.expires_ns = json.at("expires_ns");
    s.head = json.at("audit").at("entry");
    s.head_seal = text_field(json.at("audit"), "seal");
  } catch (const Json::exception&) {
    throw Error(ErrorCode::damaged, "is no statement of a decision");
  }
  if (text_of(s) != text) throw Error(ErrorCode::damaged, "is not the text of a statement, byte for byte");
  return s;
}

Statement statement_of(const Site& site, registry::Registry& registry, const Round& round, Verb verb,
                       const std::string& role, std::int64_t now_ns) {
  if (site.role(role) == nullptr) throw Error(ErrorCode::usage, "the site has no role '" + core::escaped(role) + "'");
  const registry::Head head = registry::head_of_history(registry);
  Statement s;
  s.verb = verb;
  s.site = site.name;
  s.role = role;
  s.round = round.id;
  s.candidate = round.fact_or("candidate", "");
  s.model = round.fact_or("candidate_model", "");
  s.evidence = round.fact_or("evidence", "");
  s.replaces = round.fact_or("model", "");
  s.points = Json::parse(round.fact_or("points", "[]")).dump();
  s.automatic_return = site.deployment.automatic_return;
  s.issued_ns = now_ns;
  s.expires_ns = now_ns + site.approval_valid_ns;
  s.head = head.number;
  s.head_seal = head.seal;
  return s;
}

std::string signer_of(const Site& site, const std::string& text, const std::string& signature) {
  const Statement s = parse_statement(text);
  const registry::PublicKey key = registry::verify_signature(signature, name_space, text);
  const Person* const person = person_of(site, s.role, key);
  if (person == nullptr)
    refuse("the key " + registry::fingerprint(key) + " is of nobody in the role '" + core::escaped(s.role) + "'",
           "People and their keys stand in the site's configuration");
  return person->name;
}

Signed take_decision(const Site& site, registry::Registry& registry, const std::string& text,
                     const std::string& signature, std::int64_t now_ns) {
  const std::string person = signer_of(site, text, signature);
  Signed decision{0, now_ns, person, parse_statement(text), signature};
  const Statement& s = decision.statement;
  registry::Transaction transaction(registry.database());
  const auto round = Journal(registry).find(s.round);
  if (!round) refuse("there is no round '" + core::escaped(s.round) + "'");
  if (!awaits(*round, s.verb))
    throw Error(ErrorCode::usage, "round " + round->id + " is '" + std::string(name_of(round->state)) +
                                      "': it awaits no '" + std::string(name_of(s.verb)) + "'");
  refuse_other_facts(s, statement_of(site, registry, *round, s.verb, s.role, now_ns));
  refuse_other_times(s, now_ns, site.approval_valid_ns);
  if (!holds(registry, s)) refuse("the statement names an audit log other than this one");
  for (const Signed& before : decisions_of(site, registry, *round)) {
    if (before.signature == signature) refuse("this signature was given before", "Decide anew, and sign anew");
  }
  const std::string entry = core::JsonWriter()
                                .begin_object()
                                .member("person", person)
                                .member("statement", text)
                                .member("signature", signature)
                                .end_object()
                                .text();
  registry::note(registry, name_of(s.verb), s.candidate, round->id, s.role + ":" + person, entry);
  decision.number = registry::head_of_history(registry).number;
  transaction.commit();
  return decision;
}

std::vector<Signed> decisions_of(const Site&, registry::Registry& registry, const Round& round) {
  std::vector<Signed> decisions;
  for (const registry::Entry& entry : registry::history(registry)) {
    if (entry.key != round.id || std::ranges::find(verbs, entry.action) == verbs.end()) continue;
    const Json json = Json::parse(entry.new_value, nullptr, false);
    if (!json.is_object() || !json.contains("statement"))
      throw Error(ErrorCode::damaged, "entry " + std::to_string(entry.number) + " of the history is no decision");
    decisions.push_back({entry.number, entry.time_ns, text_field(json, "person"),
                         parse_statement(text_field(json, "statement")), text_field(json, "signature")});
  }
  return decisions;
}

bool Tally::complete() const noexcept {
  return rejected_by.empty() && std::ranges::all_of(roles, [](const Of& of) { return of.people.size() >= of.needed; });
}

Tally tally_of(const Site& site, registry::Registry& registry, const Round& round, std::int64_t now_ns) {
  Tally tally;
  tally.automatic_return = true;
  for (const Role& role : site.roles) tally.roles.push_back({role.name, role.needed, {}});
  for (const Signed& decision : decisions_of(site, registry, round)) {
    const Statement& s = decision.statement;
    const auto of = std::ranges::find(tally.roles, s.role, &Tally::Of::role);
    try {
      const std::string person = signer_of(site, text_of(s), decision.signature);
      if (s.verb == Verb::reject) tally.rejected_by.push_back(person);
      if (s.verb == Verb::revoke) std::erase(of->people, person);
      if (s.verb != Verb::approve) continue;
      refuse_other_facts(s, statement_of(site, registry, round, s.verb, s.role, now_ns));
      refuse_other_times(s, now_ns, site.approval_valid_ns);
      if (!holds(registry, s)) refuse("it names an audit log other than this one");
      if (std::ranges::find(of->people, person) == of->people.end()) of->people.push_back(person);
      tally.automatic_return = tally.automatic_return && s.automatic_return;
    } catch (const Error& e) {
      tally.refused.push_back(decision.person + " (" + s.role + "): " + e.reason());
    }
  }
  return tally;
}

std::int64_t log_time(registry::Registry& registry) {
  const auto last = registry.database().integer("SELECT max(time) FROM history");
  return std::max(registry::now_ns(), last.value_or(0));
}

}  // namespace trigloop::loop
