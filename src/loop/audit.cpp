#include "loop/audit.hpp"

#include <charconv>
#include <nlohmann/json.hpp>

#include "core/error.hpp"
#include "loop/decision.hpp"
#include "registry/labels.hpp"
#include "registry/schema.hpp"

namespace trigloop::loop {
namespace {

using core::Error;
using registry::Value;

bool is_decision(const std::string& action) {
  return action == "approve" || action == "reject" || action == "revoke" || action == "rollback";
}

class Verifier {
 public:
  Verifier(registry::Registry& registry, const Site* site) : registry_(registry), site_(site) {}

  AuditReport run(const std::optional<registry::Head>& kept) {
    registry::Query row = registry_.database().query(
        "SELECT number, time, user, action, artifact, key, old, new, previous, seal FROM history ORDER BY number");
    while (row.next()) take(row);
    if (kept) compare(*kept);
    return std::move(report_);
  }

 private:
  void say(std::int64_t entry, const std::string& what) {
    report_.broken.push_back("entry " + std::to_string(entry) + ": " + what);
  }

  void take(const registry::Query& row) {
    std::vector<Value> values;
    for (int c = 0; c < 9; ++c) values.push_back(row.value(c));
    const std::int64_t number = row.integer(0);
    if (number != ++report_.entries) {
      say(number, "entries before it are missing");
      report_.entries = number;
    }
    if (registry::seal("history", values) != row.text(9)) say(number, "it was changed: its seal is of something else");
    if (row.text(8) != previous_) say(number, "it does not follow from the one before");
    previous_ = row.text(9);
    seals_.resize(static_cast<std::size_t>(number));
    seals_.back() = previous_;
    if (is_decision(row.text(3))) look_at_decision(number, row.text(7));
  }

  void look_at_decision(std::int64_t number, const std::string& text) {
    ++report_.signatures;
    try {
      const auto json = nlohmann::json::parse(text);
      const std::string statement = json.at("statement"), signature = json.at("signature");
      registry::verify_signature(signature, name_space, statement);
      if (site_ != nullptr && signer_of(*site_, statement, signature) != json.at("person"))
        say(number, "it was signed by somebody else than it says");
      const Statement s = parse_statement(statement);
      const bool is_there =
          s.head == 0 || (s.head < number && seals_[static_cast<std::size_t>(s.head) - 1] == s.head_seal);
      if (s.head < 0 || !is_there) say(number, "it was signed over another log than this one");
    } catch (const nlohmann::json::exception&) {
      say(number, "it is no decision");
    } catch (const Error& e) {
      say(number, e.reason());
    }
  }

  void compare(const registry::Head& kept) {
    const auto at = static_cast<std::size_t>(kept.number);
    if (kept.number < 1 || at > seals_.size()) {
      say(kept.number, "it was there, and is not any more: the log was cut");
    } else if (seals_[at - 1] != kept.seal) {
      say(kept.number, "it is not the one that was written down");
    }
  }

  registry::Registry& registry_;
  const Site* site_;
  AuditReport report_;
  std::string previous_;
  std::vector<std::string> seals_;
};

}  // namespace

std::string text_of(const registry::Head& head) { return std::to_string(head.number) + ":" + head.seal; }

registry::Head parse_head(const std::string& text) {
  registry::Head head;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), head.number);
  const std::string rest(read.ptr, static_cast<std::size_t>(text.data() + text.size() - read.ptr));
  if (read.ec != std::errc() || rest.size() != 33 || rest[0] != ':')
    throw Error(core::ErrorCode::usage, "'" + core::escaped(text) + "' is no head of an audit log, NUMBER:SEAL");
  head.seal = rest.substr(1);
  return head;
}

AuditReport verify_log(registry::Registry& registry, const Site* site, const std::optional<registry::Head>& kept) {
  return Verifier(registry, site).run(kept);
}

}  // namespace trigloop::loop
