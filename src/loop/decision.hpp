#pragma once
// What people decide, and with what signature.
//
// A person signs a statement: a text that names the site, the round, the candidate, its model, the evidence, every
// working point with its rates, what is replaced, whether the old model may come back by itself, when the statement
// ends, and the head of the audit log that the person saw. Nothing is taken from beside it: whoever checks a decision
// makes the statement's facts anew from the registry and compares. So a signature is worth nothing for another
// candidate, round, site, threshold or evidence, nor a second time, nor after its end; and, as it names the log's head,
// no entry before it can be changed without the signature telling.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "loop/journal.hpp"
#include "loop/site.hpp"

namespace trigloop::loop {

enum class Verb : std::uint8_t { approve, reject, revoke, rollback };
std::string_view name_of(Verb verb) noexcept;

inline constexpr std::string_view name_space = "trigloop-decision";  ///< of the signatures

struct Statement {
  Verb verb = Verb::approve;
  std::string site, role, round, candidate, model, evidence, replaces;
  std::string points;  ///< JSON, as to_json(MeasuredPoint) writes them
  bool automatic_return = false;
  std::int64_t issued_ns = 0, expires_ns = 0;
  std::int64_t head = 0;  ///< number of the last entry of the audit log
  std::string head_seal;
};

/// The text that is signed: JSON on lines, keys in order. Equal statements have equal texts.
std::string text_of(const Statement& statement);
/// Error: damaged, if it is no text of a statement, byte for byte.
Statement parse_statement(const std::string& text);

/// What a person of `role` would say of a round now. Error: usage, for an unknown role.
Statement statement_of(const Site& site, registry::Registry& registry, const Round& round, Verb verb,
                       const std::string& role, std::int64_t now_ns);

/// A decision as it stands in the log.
struct Signed {
  std::int64_t number = 0;
  std::int64_t time_ns = 0;
  std::string person;  ///< whose key it is, by the site's configuration
  Statement statement;
  std::string signature;
};

/// The person who signed, if the signature is of the statement and of somebody of its role. Errors: mismatch (who,
/// role, site, another text); those of verify_signature.
std::string signer_of(const Site& site, const std::string& text, const std::string& signature);

/// Takes a decision into the log. Errors (mismatch): all of signer_of; a statement that is not of the round as it is
/// now; one that has ended, was never valid, or was given before; a head that is not in the log. `usage`: the round
/// awaits no such decision.
Signed take_decision(const Site& site, registry::Registry& registry, const std::string& text,
                     const std::string& signature, std::int64_t now_ns);

/// All decisions of a round, oldest first, as the log has them.
std::vector<Signed> decisions_of(const Site& site, registry::Registry& registry, const Round& round);

/// Who said yes and who said no, of what counts now: signatures are verified again, against the people of today's
/// configuration; other evidence, ended and revoked approvals do not count.
struct Tally {
  struct Of {
    std::string role;
    std::size_t needed = 0;
    std::vector<std::string> people;
  };
  std::vector<Of> roles;
  std::vector<std::string> rejected_by, refused;  ///< refused: what does not count, and why
  bool automatic_return = false;                  ///< all approvals allow it

  bool complete() const noexcept;
};
Tally tally_of(const Site& site, registry::Registry& registry, const Round& round, std::int64_t now_ns);

/// The clock, but never before the last entry of the log: a clock that jumps back revives nothing.
std::int64_t log_time(registry::Registry& registry);

}  // namespace trigloop::loop
