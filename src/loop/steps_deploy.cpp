// From people's yes to a model that has proven itself, or to the old one again.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "loop/decision.hpp"
#include "loop/policy.hpp"
#include "loop/step.hpp"
#include "loop/switch.hpp"

namespace trigloop::loop {
namespace {

std::string text_of(const Tally& tally) {
  std::string text;
  for (const Tally::Of& of : tally.roles)
    text += fmt::format("{}{} {} of {}", text.empty() ? "" : ", ", of.role, of.people.size(), of.needed);
  return text;
}

std::string names_of(const Tally& tally) {
  std::string text;
  for (const Tally::Of& of : tally.roles) {
    for (const std::string& person : of.people) text += (text.empty() ? "" : ", ") + person + " (" + of.role + ")";
  }
  return text;
}

event::LumiKey boundary_of(const Round& round) { return key_of(round.facts, "boundary_run", "boundary_lumisection"); }

/// The first model is valid from the run's beginning: nothing was scored before.
event::LumiKey first_boundary(const Context& c) {
  const auto shadow = scored_lumis(c.folder() / "shadow", c.round.fact("candidate_model"));
  return {shadow.empty() ? 1 : shadow.front().key.run, 1};
}

Facts back(const Context& c, const std::string& why) {
  const event::LumiKey at = boundary(c.site, c.stream);
  return {{"return_run", std::to_string(at.run)},
          {"return_lumisection", std::to_string(at.lumisection)},
          {"why_returned", why}};
}

/// A rollback that somebody signed.
bool is_recalled(const Context& c) {
  const auto decisions = decisions_of(c.site, c.registry, c.round);
  return std::ranges::any_of(decisions, [](const Signed& d) { return d.statement.verb == Verb::rollback; });
}

Result look_at_approval(const Context& c) {
  const std::int64_t now = log_time(c.registry);
  const Tally tally = tally_of(c.site, c.registry, c.round, now);
  if (!tally.rejected_by.empty()) return {State::rejected, {{"rejected_by", tally.rejected_by.front()}}, "rejected"};
  if (!tally.complete()) {
    if (now - c.round.steps.back().time_ns > c.site.approval_valid_ns)
      return {State::expired, {}, "nobody decided in time"};
    return {std::nullopt, {}, "people decide: " + text_of(tally)};
  }
  if (in_maintenance(c.site.trigger, now)) return {std::nullopt, {}, "approved; waits for the maintenance to end"};
  const event::LumiKey at = c.round.fact_or("model", "").empty() ? first_boundary(c) : boundary(c.site, c.stream);
  return {State::approved,
          {{"boundary_run", std::to_string(at.run)},
           {"boundary_lumisection", std::to_string(at.lumisection)},
           {"approved_by", names_of(tally)},
           {"automatic_return", tally.automatic_return ? "yes" : "no"}},
          ""};
}

Result look_at_probation(const Context& c) {
  if (is_recalled(c)) return {State::returned, back(c, "a person signed a rollback"), ""};
  const std::vector<Scored> lumis = c.stream.good(c.round.fact("candidate_model"), boundary_of(c.round));
  const auto needed = static_cast<std::size_t>(c.site.deployment.probation);
  if (lumis.size() < 2) return {std::nullopt, {}, "the first lumisections of the new model"};
  const auto points = measure(c.site.points, thresholds_of(points_of_json(c.round.fact("points"))), lumis);
  std::string rates;
  bool out = false;
  for (const MeasuredPoint& p : points) {
    rates += fmt::format("{}{} {:.4g} +- {:.2g} Hz", rates.empty() ? "" : ", ", p.name, p.rate().hertz, p.rate().error);
    out = out || std::abs(p.deviation()) > 1 + 3 * p.deviation_error();
  }
  const bool may_return = c.round.fact_or("automatic_return", "") == "yes" && !c.round.fact_or("model", "").empty();
  if (out && may_return) return {State::returned, back(c, "out of its band: " + rates), ""};
  if (lumis.size() < needed)
    return {std::nullopt,
            {},
            fmt::format("{} of {} lumisections of probation: {}{}", lumis.size(), needed, rates,
                        out ? "; OUT OF ITS BAND, and no signature allows to return" : "")};
  return {State::confirmed, {{"points_deployed", to_json(points)}, {"rates", rates}}, ""};
}

}  // namespace

Step step_approval(const Context& c) {
  return {"wait for people's signatures", {}, [c] { return look_at_approval(c); }};
}

Step step_switch(const Context& c) {
  return {"wait for the switch at " + text_of(boundary_of(c.round)), {}, [c]() -> Result {
            if (is_recalled(c)) return {State::returned, back(c, "a person signed a rollback"), ""};
            const std::vector<Scored> lumis = c.stream.good(c.round.fact("candidate_model"), boundary_of(c.round));
            if (lumis.empty()) return {std::nullopt, {}, "scout has not scored with it yet"};
            return {State::deployed, {{"first_scored", text_of(lumis.front().key)}}, ""};
          }};
}

Step step_probation(const Context& c) {
  return {"let both models score for a while", {}, [c] { return look_at_probation(c); }};
}

}  // namespace trigloop::loop
