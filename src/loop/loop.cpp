#include "loop/loop.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.hpp"
#include "core/file.hpp"
#include "core/json_writer.hpp"
#include "loop/decision.hpp"
#include "loop/policy.hpp"
#include "loop/sentry.hpp"
#include "loop/switch.hpp"

namespace trigloop::loop {
namespace {

using core::Error;
using core::ErrorCode;
namespace fs = std::filesystem;

std::vector<std::string> texts_of(const std::vector<Command>& commands) {
  std::vector<std::string> texts;
  for (const Command& command : commands) texts.push_back(text_of(command));
  return texts;
}

Facts facts_of(const Deployed& deployed) {
  return {{"deployed", deployed.artifact}, {"deployed_points", to_json(deployed.points)}};
}

/// By how much what the cause names has moved: of an energy scale that of a pt, else what moved most.
double size_of(const watch::Alarm& alarm) {
  const auto pt = std::ranges::find_if(alarm.findings,
                                       [](const watch::Finding& f) { return f.quantity == "pt" && f.place.empty(); });
  if (alarm.cause.kind == "energy-scale" && pt != alarm.findings.end()) return pt->size;
  return alarm.findings.empty() ? 0 : alarm.findings.front().size;
}

Facts facts_of(const watch::Alarm& alarm) {
  return {{"cause", alarm.cause.kind},
          {"cause_text", alarm.cause.text},
          {"size", core::JsonWriter().value(size_of(alarm)).text()},
          {"since_run", std::to_string(alarm.since.run)},
          {"since_lumisection", std::to_string(alarm.since.lumisection)},
          {"evidence_of_drift", core::JsonWriter().value(alarm.evidence).text()}};
}

}  // namespace

Command Context::command(std::vector<std::string> words, const std::string& output) const {
  Command command{std::move(words), {}, folder() / "commands.log", site.file.parent_path()};
  if (!output.empty()) command.output = folder() / output;
  return command;
}

Step next_step(const Context& c) {
  switch (c.round.state) {
    case State::opened:
      return step_decide(c);
    case State::decided:
      return c.round.fact("outcome") == "thresholds" ? step_shadow(c) : step_collect(c);
    case State::collected:
      return step_curate(c);
    case State::curated:
      return c.site.tune.study.empty() ? step_train(c) : step_tune(c);
    case State::tuned:
      return step_train(c);
    case State::trained:
      return step_choose(c);
    case State::chosen:
      return step_shadow(c);
    case State::shadowed:
      return step_validate(c);
    case State::validated:
      return step_approval(c);
    case State::approved:
      return step_switch(c);
    case State::deployed:
      return step_probation(c);
    default:
      break;
  }
  return {"wait until a person says that the detector is mended", {}, []() -> Result {
            return {std::nullopt, {}, "`trigloop loop mend` tells from which lumisection on"};
          }};
}

Look Loop::look() {
  const std::vector<Round> rounds = journal_.rounds();
  const StreamView stream(site_, rounds, *index_);
  update_conditions(stream);
  for (const Round& round : rounds) {
    if (!is_end(round.state)) return take_step(round, stream, false);
  }
  const Look recalled = recall(rounds, stream, false);
  return recalled.moved ? recalled : watch(rounds, stream, false);
}

void Loop::update_conditions(const StreamView& stream) {
  const auto last = stream.last();
  write_conditions(site_, journal_.rounds(), last ? last->run : 0);
}

Look Loop::plan() {
  const std::vector<Round> rounds = journal_.rounds();
  const StreamView stream(site_, rounds, *index_);
  for (const Round& round : rounds) {
    if (!is_end(round.state)) return take_step(round, stream, true);
  }
  const Look recalled = recall(rounds, stream, true);
  return recalled.what.empty() ? watch(rounds, stream, true) : recalled;
}

Result Loop::run_commands(const Step& step) {
  std::size_t failed = 0;
  for (const Command& command : step.commands) {
    fs::create_directories(command.log.parent_path());
    const Ended ended = execute(command, program_);
    if (ended.good()) continue;
    const std::string what =
        "`trigloop " + command.words.front() + "` ended with " + std::to_string(ended.status) + ": " + ended.message;
    if (ended.may_pass()) return {std::nullopt, {}, what, true};
    if (step.optional) continue;
    if (!step.one_is_enough || ++failed == step.commands.size()) return {State::failed, {}, what};
  }
  return step.finish();
}

Look Loop::take_step(const Round& round, const StreamView& stream, bool only_plan) {
  const Context context{site_, registry_, stream, round};
  const Step step = next_step(context);
  Look look{false, round.id, step.what, "", texts_of(step.commands)};
  if (only_plan) {
    if (!step.commands.empty()) return look;
    const Result result = step.finish();
    look.why = result.to ? "now -> " + std::string(name_of(*result.to)) : result.why;
    return look;
  }
  // What people's signatures say is read and acted upon in one transaction: nobody revokes in between.
  std::optional<registry::Transaction> together;
  if (round.state == State::validated) together.emplace(registry_.database());
  Result result = run_commands(step);
  look.why = result.why;
  look.trouble = result.trouble;
  if (!result.to) return look;
  if (!result.why.empty()) result.facts["why_ended"] = result.why;
  if (const auto last = stream.last(); is_end(*result.to) && last) {
    result.facts["closed_run"] = std::to_string(last->run);
    result.facts["closed_lumisection"] = std::to_string(last->lumisection);
  }
  if (*result.to == State::approved) put_model(site_, registry_, round.fact("candidate"));
  journal_.move(round, *result.to, std::move(result.facts));
  if (together) together->commit();
  update_conditions(stream);
  look.moved = true;
  look.what += " -> " + std::string(name_of(*result.to));
  return look;
}

/// A rollback that was signed after its round had ended.
Look Loop::recall(const std::vector<Round>& rounds, const StreamView& stream, bool only_plan) {
  const Deployed deployed = deployed_of(rounds);
  const auto round = std::ranges::find(rounds, deployed.round, &Round::id);
  if (round == rounds.end() || round->state != State::confirmed) return {};
  for (const Signed& decision : decisions_of(site_, registry_, *round)) {
    if (decision.statement.verb != Verb::rollback) continue;
    Look look{!only_plan, round->id, "go back to the model before", decision.person + " signed a rollback", {}};
    if (only_plan) return look;
    const event::LumiKey at = boundary(site_, stream);
    journal_.move(*round, State::returned,
                  {{"return_run", std::to_string(at.run)},
                   {"return_lumisection", std::to_string(at.lumisection)},
                   {"why_returned", look.why}});
    update_conditions(stream);
    return look;
  }
  return {};
}

Look Loop::watch(const std::vector<Round>& rounds, const StreamView& stream, bool only_plan) {
  const Deployed deployed = deployed_of(rounds);
  if (deployed.model.empty())
    return {false, "", "wait", "no model is deployed: `trigloop loop start` begins with the first", {}};
  const Sentry sentry(site_, rounds, stream);
  if (!sentry.has_reference()) {
    const std::vector<Scored> lumis = sentry.reference_lumis();
    Look look{false, "", "make a reference of what is normal", "", {}};
    if (static_cast<std::int64_t>(lumis.size()) < site_.trigger.reference) {
      look.why = fmt::format("{} of {} lumisections", lumis.size(), site_.trigger.reference);
      return look;
    }
    return make_reference(sentry, lumis, only_plan);
  }
  const Sentry::Watched watched = sentry.watch(!only_plan);
  Look look{false,
            "",
            "watch",
            fmt::format("{} lumisections since, evidence of drift {:.3g} of {:.3g}", watched.lumisections,
                        watched.evidence, site_.trigger.mean_time),
            {}};
  if (!watched.alarm) return look;
  const watch::Alarm& alarm = *watched.alarm;
  look.what = "open a round for an alarm";
  look.why = alarm.cause.text;
  if (in_maintenance(site_.trigger, log_time(registry_))) look.why += "; waits for the maintenance to end";
  if (only_plan || in_maintenance(site_.trigger, log_time(registry_))) return look;
  Facts facts = facts_of(alarm);
  facts.merge(facts_of(deployed));
  facts["config"] = site_.file;
  const auto opened = journal_.open({deployed.model, watched.reference, alarm.at}, std::move(facts));
  look.moved = opened.has_value();
  if (opened) look.round = opened->id;
  return look;
}

Look Loop::make_reference(const Sentry& sentry, const std::vector<Scored>& lumis, bool only_plan) {
  const fs::path file = sentry.reference_file();
  fs::path records = file;
  records.replace_extension(".records");
  Command command{{"reference", "build", "--spectra", records, "--output", file, "--force", "--registry",
                   site_.registry, "--name", site_.name},
                  {},
                  site_.work / "references" / "commands.log",
                  site_.file.parent_path()};
  for (const PointTarget& p : site_.points) {
    command.words.push_back(p.point.pure ? "--pure" : "--raw");
    command.words.push_back(core::JsonWriter().value(p.point.target).text());
  }
  Look look{false, "", "make a reference of what is normal", "", {text_of(command)}};
  if (only_plan) return look;
  link_records(records, lumis);
  const Ended ended = execute(command, program_);
  look.moved = ended.good();
  look.trouble = ended.may_pass();
  if (!ended.good())
    look.why = "`trigloop reference build` ended with " + std::to_string(ended.status) + ": " + ended.message;
  return look;
}

Round Loop::start(const std::string& cause, event::LumiKey since, const std::string& why, const std::string& moves) {
  const std::vector<Round> rounds = journal_.rounds();
  const Deployed deployed = deployed_of(rounds);
  Facts facts = facts_of(deployed);
  facts["cause"] = cause;
  facts["config"] = site_.file;
  facts["cause_text"] = why;
  facts["since_run"] = std::to_string(since.run);
  facts["since_lumisection"] = std::to_string(since.lumisection);
  if (!moves.empty()) facts["moves"] = moves;
  const auto round =
      journal_.open({deployed.model, cause + " " + std::to_string(rounds.size() + 1), since}, std::move(facts));
  if (!round) throw Error(ErrorCode::usage, "a round is on its way").remedy("`trigloop loop status` shows it");
  return *round;
}

Round Loop::withdraw(const std::string& id, const std::string& why) {
  const auto round = journal_.find(id);
  const std::string cause = round ? round->fact_or("cause", "") : "";
  if ((cause != "manual" && cause != "announced") || round->state >= State::validated)
    throw Error(ErrorCode::usage, "round '" + core::escaped(id) + "' is none that a person opened and can withdraw")
        .remedy("People are asked about it already? `trigloop reject`");
  return journal_.move(*round, State::failed, {{"why_ended", "withdrawn: " + why}});
}

Round Loop::mend(const std::string& id, event::LumiKey good_from) {
  const auto round = journal_.find(id);
  if (!round || round->state != State::expert)
    throw Error(ErrorCode::usage, "round '" + core::escaped(id) + "' waits for no expert");
  return journal_.move(*round, State::mended,
                       {{"good_from", std::to_string(good_from.lumisection)},
                        {"closed_run", std::to_string(good_from.run)},
                        {"closed_lumisection", std::to_string(good_from.lumisection)}});
}

WorkLock::WorkLock(const fs::path& folder)
    : core::FolderLock(folder, "Another loop? Two would not do anything twice, but one is enough") {}

}  // namespace trigloop::loop
