#include "serve/loop_view.hpp"

#include <algorithm>
#include <ranges>

#include "core/error.hpp"
#include "core/json_writer.hpp"
#include "loop/audit.hpp"
#include "loop/journal.hpp"
#include "loop/measure.hpp"
#include "loop/site.hpp"

namespace trigloop::serve {
namespace {

using registry::Access;
using registry::Registry;

constexpr std::size_t most_rounds = 20, most_entries = 50;

std::string nothing(const std::string& why) {
  core::JsonWriter json;
  json.begin_object().key("rounds").begin_array().end_array().member("why", why).end_object();
  return json.text();
}

/// What people type to decide: a line a role, of the site's configuration as it is now.
std::vector<std::string> commands_of(const loop::Round& round) {
  std::vector<std::string> commands;
  if (round.state != loop::State::validated) return commands;
  const std::string config = round.fact_or("config", "site.yml");
  try {
    for (const loop::Role& role : loop::load_site(config).roles)
      commands.push_back("trigloop approve " + round.id + " --config " + config + " --role " + role.name +
                         " --key KEY.pem");
  } catch (const core::Error& e) {
    commands.emplace_back(e.what());
  }
  return commands;
}

void write_steps(core::JsonWriter& json, const loop::Round& round) {
  json.key("steps").begin_array();
  for (const loop::RoundStep& step : round.steps) {
    json.begin_object().member("state", loop::name_of(step.state)).member("time", registry::utc(step.time_ns));
    json.member("user", step.user).end_object();
  }
  json.end_array();
}

void write_comparison(core::JsonWriter& json, const loop::Round& round) {
  std::vector<std::string> points;
  if (round.facts.contains("points")) {
    for (const loop::MeasuredPoint& point : loop::points_of_json(round.fact("points")))
      points.push_back(loop::text_of(point));
  }
  json.key("gates").raw(round.fact_or("gates", "[]")).array("points", points).key("merits").begin_array();
  for (const auto& [name, value] : round.facts) {
    if (name.starts_with("merit ")) json.begin_array().value(name.substr(6)).value(value).end_array();
  }
  json.end_array();
}

void write_round(core::JsonWriter& json, const loop::Round& round) {
  json.begin_object().member("id", round.id).member("state", loop::name_of(round.state));
  json.member("cause", round.fact_or("cause_text", "")).member("outcome", round.fact_or("outcome", ""));
  json.member("why", round.fact_or("why_ended", round.fact_or("why_returned", round.fact_or("why", ""))));
  json.member("candidate", round.fact_or("candidate", "")).member("evidence", round.fact_or("evidence", ""));
  write_steps(json, round);
  write_comparison(json, round);
  json.array("commands", commands_of(round)).end_object();
}

void write_audit(core::JsonWriter& json, Registry& registry) {
  json.key("audit").begin_array();
  const std::vector<registry::Entry> entries = registry::history(registry);
  for (const registry::Entry& e : entries | std::views::reverse | std::views::take(most_entries)) {
    json.begin_object().member("entry", e.number).member("time", registry::utc(e.time_ns)).member("user", e.user);
    json.member("action", e.action).member("artifact", e.artifact.substr(0, 12)).member("key", e.key).end_object();
  }
  json.end_array().member("head", loop::text_of(registry::head_of_history(registry)));
}

std::string loop_json(Registry& registry) {
  const std::vector<loop::Round> rounds = loop::Journal(registry).rounds();
  core::JsonWriter json;
  json.begin_object().key("rounds").begin_array();
  for (const loop::Round& round : rounds | std::views::reverse | std::views::take(most_rounds))
    write_round(json, round);
  json.end_array().member("why", rounds.empty() ? "no round was opened yet" : "");
  write_audit(json, registry);
  return json.end_object().text();
}

}  // namespace

void add_loop(HttpServer& server, const std::filesystem::path& path) {
  server.get("/api/loop", [path](const Request&) {
    if (path.empty()) return Response{nothing("no registry was named (--registry)")};
    try {
      Registry registry(path, Access::read);
      return Response{loop_json(registry)};
    } catch (const core::Error& e) {
      return Response{nothing(e.what())};
    }
  });
}

}  // namespace trigloop::serve
