// trigloop loop: the closed loop as a service, and what a person asks of it.
#include "loop/loop.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <iostream>
#include <memory>

#include "app/commands.hpp"
#include "app/pause.hpp"
#include "core/interrupt.hpp"
#include "core/json_writer.hpp"
#include "loop/switch.hpp"
#include "scout/reservoir/recalibration.hpp"

namespace trigloop::app {
namespace {

namespace fs = std::filesystem;

struct Options {
  std::string config, since, round, why;
  std::vector<std::string> moves;
  double pause = 5;
  std::int64_t looks = 0;
  bool json = false, until_idle = false, until_asked = false;
};

/// The program that runs: what it was when it started, whatever replaces its file.
fs::path own_program() { return fs::read_symlink("/proc/self/exe"); }

std::string line_of(const loop::Look& look) {
  std::string line = look.round.empty() ? "" : "round " + look.round + ": ";
  return line + look.what + (look.why.empty() ? "" : " (" + look.why + ")");
}

/// Repeats nothing that was said already.
class Teller {
 public:
  void tell(const std::string& line) {
    if (line == last_) return;
    last_ = line;
    std::cout << registry::utc(registry::now_ns()) << "  " << line << std::endl;
  }

 private:
  std::string last_;
};

/// A look; what passes by itself (a full disk, a step that another loop took) is told, and tried again.
loop::Look look_once(loop::Loop& loop) {
  try {
    return loop.look();
  } catch (const core::Error& e) {
    if (e.code() == core::ErrorCode::interrupted && core::asked_to_end()) return {false, "", "stop", "", {}};
    if (e.code() != core::ErrorCode::output && e.code() != core::ErrorCode::mismatch) throw;
    return {false, "", "look again", e.what(), {}, e.code() == core::ErrorCode::output};
  }
}

bool is_asking(loop::Loop& loop) {
  const auto round = loop.journal().open_round();
  return round && (round->state == loop::State::validated || round->state == loop::State::expert);
}

enum class Then { look_again, pause, end };

/// The registry is opened for each look, so that `registry gc` finds a moment in between.
Then look(const Options& options, const loop::Site& site, Teller& teller,
          const std::shared_ptr<loop::RecordIndex>& index) {
  registry::Registry registry(site.registry, registry::Access::write);
  loop::Loop loop(site, registry, own_program(), index);
  const loop::Look look = look_once(loop);
  teller.tell(line_of(look));
  if (look.moved) return Then::look_again;
  if (look.trouble && options.until_idle) throw core::Error(core::ErrorCode::output, line_of(look));
  return options.until_idle || (options.until_asked && is_asking(loop)) ? Then::end : Then::pause;
}

void run(const Options& options) {
  const loop::Site site = loop::load_site(options.config);
  const loop::WorkLock lock(site.work);
  Teller teller;
  const auto index = std::make_shared<loop::RecordIndex>();
  for (std::int64_t looks = 0; !core::interrupted() && (options.looks == 0 || looks < options.looks); ++looks) {
    const Then then = look(options, site, teller, index);
    if (then == Then::end) break;
    if (then == Then::pause) pause(options.pause);
  }
  if (core::interrupted() && !core::asked_to_end()) core::stop_if_interrupted();
}

void plan(const Options& options) {
  const loop::Site site = loop::load_site(options.config);
  registry::Registry registry(site.registry, registry::Access::read);
  const loop::Look look = loop::Loop(site, registry, own_program()).plan();
  if (options.json) {
    core::JsonWriter json;
    json.begin_object().member("version", 1).member("round", look.round).member("what", look.what);
    json.member("why", look.why).array("commands", look.commands);
    std::cout << json.end_object().text() << '\n';
    return;
  }
  std::cout << line_of(look) << '\n';
  for (const std::string& command : look.commands) std::cout << "  " << command << '\n';
}

void write(core::JsonWriter& json, const loop::Round& round) {
  json.begin_object().member("round", round.id).member("state", loop::name_of(round.state)).key("facts");
  json.raw(loop::to_json(round.facts)).key("steps").begin_array();
  for (const loop::RoundStep& step : round.steps) {
    json.begin_object().member("entry", step.number).member("time_ns", step.time_ns).member("user", step.user);
    json.member("state", loop::name_of(step.state)).end_object();
  }
  json.end_array().end_object();
}

/// "alarm at 396102:241, since 396102:238, switch at 396102:260", as far as is known.
std::string lumis_of(const loop::Round& round) {
  std::string text;
  const auto add = [&](const char* what, const char* run, const char* lumisection) {
    const event::LumiKey key = loop::key_of(round.facts, run, lumisection);
    if (key.lumisection > 0) text += (text.empty() ? "" : ", ") + std::string(what) + ' ' + loop::text_of(key);
  };
  add("alarm at", "run", "lumisection");
  add("since", "since_run", "since_lumisection");
  add("switch at", "boundary_run", "boundary_lumisection");
  add("return at", "return_run", "return_lumisection");
  return text;
}

void print_facts(const loop::Round& round) {
  if (const std::string lumis = lumis_of(round); !lumis.empty()) std::cout << "    " << lumis << '\n';
  for (const char* name : {"cause_text", "outcome", "why", "why_ended", "rates", "approved_by", "why_returned"}) {
    if (const std::string fact = round.fact_or(name, ""); !fact.empty())
      std::cout << fmt::format("    {:<12} {}\n", name, fact);
  }
  if (!round.facts.contains("points")) return;
  for (const loop::MeasuredPoint& point : loop::points_of_json(round.fact("points")))
    std::cout << "    " << loop::text_of(point) << '\n';
}

void print_round(const loop::Round& round) {
  std::cout << fmt::format("round {}  {}\n", round.id, loop::name_of(round.state));
  for (const loop::RoundStep& step : round.steps)
    std::cout << fmt::format("  {:>6}  {}  {:<10} {}\n", step.number, registry::utc(step.time_ns),
                             loop::name_of(step.state), step.user);
  print_facts(round);
}

void history(const Options& options) {
  const loop::Site site = loop::load_site(options.config);
  registry::Registry registry(site.registry, registry::Access::read);
  const std::vector<loop::Round> rounds = loop::Journal(registry).rounds();
  if (options.json) {
    core::JsonWriter json;
    json.begin_object().member("version", 1).key("rounds").begin_array();
    for (const loop::Round& round : rounds) write(json, round);
    std::cout << json.end_array().end_object().text() << '\n';
    return;
  }
  for (const loop::Round& round : rounds) print_round(round);
  if (rounds.empty()) std::cout << "no round yet\n";
}

void status(const Options& options) {
  const loop::Site site = loop::load_site(options.config);
  registry::Registry registry(site.registry, registry::Access::read);
  const std::vector<loop::Round> rounds = loop::Journal(registry).rounds();
  const loop::Deployed deployed = loop::deployed_of(rounds);
  const auto open = loop::Journal(registry).open_round();
  if (options.json) {
    core::JsonWriter json;
    json.begin_object().member("version", 1).member("site", site.name).member("deployed", deployed.artifact);
    json.member("model", deployed.model).key("working_points").raw(loop::to_json(deployed.points)).key("round");
    open ? write(json, *open) : static_cast<void>(json.null());
    std::cout << json.end_object().text() << '\n';
    return;
  }
  std::cout << "deployed: " << (deployed.model.empty() ? "nothing" : deployed.artifact.substr(0, 12)) << '\n';
  for (const loop::MeasuredPoint& point : deployed.points) std::cout << "  " << loop::text_of(point) << '\n';
  if (open) {
    print_round(*open);
  } else {
    std::cout << "no round is on its way\n";
  }
}

void start(const Options& options, const char* cause) {
  const loop::Site site = loop::load_site(options.config);
  registry::Registry registry(site.registry, registry::Access::write);
  loop::Loop loop(site, registry, own_program());
  event::LumiKey since;
  if (!options.since.empty()) {
    since = loop::parse_lumi(options.since);
  } else if (const auto last = loop::StreamView(site, loop.journal().rounds()).last(); last) {
    const auto back = static_cast<std::uint32_t>(std::max(site.trigger.exposure, site.gates.shadow));
    since = {last->run, last->lumisection > back ? last->lumisection - back + 1 : 1};
  }
  const scout::Recalibration checked(options.moves);
  const loop::Round round = loop.start(cause, since, options.why, fmt::format("{}", fmt::join(options.moves, " ")));
  std::cout << "round " << round.id << " is opened\n";
}

void mend(const Options& options) {
  const loop::Site site = loop::load_site(options.config);
  registry::Registry registry(site.registry, registry::Access::write);
  loop::Loop(site, registry, own_program()).mend(options.round, loop::parse_lumi(options.since));
  std::cout << "round " << options.round << " is mended; lumisections from " << options.since << " on count again\n";
}

void withdraw(const Options& options) {
  const loop::Site site = loop::load_site(options.config);
  registry::Registry registry(site.registry, registry::Access::write);
  loop::Loop(site, registry, own_program()).withdraw(options.round, options.why);
  std::cout << "round " << options.round << " is withdrawn\n";
}

void check(const Options& options) {
  const loop::Site site = loop::load_site(options.config);
  std::cout << options.config << ": site '" << site.name << "', " << site.points.size() << " working points, "
            << site.roles.size() << " roles\n";
}

template <class Run>
CLI::App* add(CLI::App& group, const char* name, const char* help, const std::shared_ptr<Options>& options, Run run,
              const std::string& example = " --config site.yml") {
  CLI::App* command = group.add_subcommand(name, help);
  command->add_option("-c,--config", options->config, "The site's configuration (docs/loop.md)")->required();
  command->footer("Examples:\n  trigloop loop " + std::string(name) + example);
  command->callback([options, run] { run(*options); });
  return command;
}

void add_starts(CLI::App& group, const std::shared_ptr<Options>& options) {
  CLI::App* command = add(
      group, "start", "Open a round by hand; the first one makes the first model", options,
      [](const Options& o) { start(o, "manual"); }, " --config site.yml --why 'the first model'");
  command->add_option("--since", options->since, "RUN:LS from which lumisections count (default: the latest)");
  command->add_option("--why", options->why, "For the record")->capture_default_str();
  command = add(
      group, "announce", "Open a round for a recalibration that is to come", options,
      [](const Options& o) { start(o, "announced"); },
      " --config site.yml --since 396102:300 --moves jet=+2% --why 'new jet calibration'");
  command->add_option("--since", options->since, "RUN:LS with which it begins")->required();
  command->add_option(
      "--moves", options->moves,
      "What it moves, as jet=+2% (met, eg, muon, jet, et, ht): the candidate is made ahead of the data");
  command->add_option("--why", options->why, "For the record");
  command = add(group, "withdraw", "What was announced, or asked for by hand, is not wanted any more", options,
                withdraw, " 396102.300-5f0c9a31 --config site.yml --why 'the calibration was postponed'");
  command->add_option("ROUND", options->round, "The round that a person opened")->required();
  command->add_option("--why", options->why, "For the record")->required();
  command = add(group, "mend", "The detector is mended: learn from lumisections again", options, mend,
                " 396102.241-5f0c9a31 --config site.yml --from 396102:260");
  command->add_option("ROUND", options->round, "The round that called the expert")->required();
  command->add_option("--from", options->since, "RUN:LS from which all is well")->required();
}

}  // namespace

void add_loop(CLI::App& program) {
  const auto options = std::make_shared<Options>();
  CLI::App* group =
      program.add_subcommand("loop", "From drift to a validated successor, and to the detector if people sign");
  group->require_subcommand(1);
  group->footer(
      "Examples:\n  trigloop loop check --config site.yml\n  trigloop loop start --config site.yml --why 'the first "
      "model'\n"
      "  trigloop loop run --config site.yml\n  trigloop loop plan --config site.yml      # what it would do now, and "
      "why\n"
      "  trigloop approve ROUND --config site.yml --role team --key mine.pem");
  CLI::App* command =
      add(*group, "run", "Watch, and act; goes on until it is stopped, and where it was stopped", options, run);
  command->add_option("--pause", options->pause, "Seconds between looks")
      ->check(CLI::Range(0.05, 3600.0))
      ->capture_default_str();
  command->add_option("--looks", options->looks, "End after so many looks (0: never)")
      ->check(CLI::Range(0, 1'000'000'000));
  command->add_flag("--until-idle", options->until_idle, "End when there is nothing to do now");
  command->add_flag("--until-asked", options->until_asked, "End when people have to decide");
  for (const auto& [name, help, act] :
       {std::tuple("status", "What is deployed, and which round is on its way", &status),
        std::tuple("plan", "What it would do now, and why; changes nothing", &plan),
        std::tuple("history", "All rounds with their steps", &history)})
    add(*group, name, help, options, act)->add_flag("--json", options->json, "Print as JSON (docs/formats.md)");
  add(*group, "check", "Check the configuration as a whole", options, check);
  add_starts(*group, options);
}

}  // namespace trigloop::app
