#include "loop/site.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <limits>
#include <set>

#include "core/error.hpp"
#include "core/file.hpp"
#include "core/yaml.hpp"

namespace trigloop::loop {
namespace {

using core::Error;
using core::ErrorCode;
using core::Section;
namespace fs = std::filesystem;

constexpr std::int64_t many = 1'000'000;

/// Reads with the file's folder as the place of relative paths.
struct Reader {
  fs::path folder;

  fs::path place(const Section& in, std::string_view key, const std::string& otherwise) const {
    return (folder / in.text(key, otherwise)).lexically_normal();
  }
  fs::path existing(const Section& in, std::string_view key) const {
    fs::path path = (folder / in.text(key)).lexically_normal();
    if (!fs::exists(path)) throw in.error(key, "'" + path.native() + "' is not there");
    return path;
  }
};

/// Times and keys are parsed by functions that know nothing of the file.
template <class Parse>
auto parsed(const Section& in, std::string_view key, Parse&& parse) {
  try {
    return parse();
  } catch (const Error& e) {
    throw in.error(key, e.reason());
  }
}

StreamSite read_stream(const Section& in, const Reader& reader) {
  StreamSite stream;
  stream.records = reader.place(in, "records", "records");
  stream.files = reader.existing(in, "files");
  stream.conditions = reader.place(in, "conditions", "conditions.yaml");
  stream.models = reader.place(in, "models", "models");
  if (in.has("zerobias")) stream.zerobias = reader.existing(in, "zerobias");
  if (in.has("options")) stream.options = in.texts("options");
  in.refuse_unknown();
  return stream;
}

TrainingSite read_training(const Section& in, const Reader& reader) {
  TrainingSite training;
  training.config = reader.existing(in, "config");
  if (in.has("settings")) training.settings = in.texts("settings");
  for (const std::string& text : in.texts("seeds")) {
    std::int64_t seed = 0;
    if (std::from_chars(text.data(), text.data() + text.size(), seed).ptr != text.data() + text.size() || text.empty())
      throw in.error("seeds", "'" + text + "' is no seed");
    training.seeds.push_back(seed);
  }
  if (training.seeds.empty()) throw in.error("seeds", "at least one is needed");
  training.starts = in.has("starts") ? in.texts("starts") : std::vector<std::string>{"fresh", "fine-tuned"};
  for (const std::string& start : training.starts) {
    if (start != "fresh" && start != "fine-tuned")
      throw in.error("starts", "'" + start + "' is neither fresh nor fine-tuned");
  }
  if (std::ranges::find(training.starts, "fresh") == training.starts.end())
    throw in.error("starts", "the first model can only be trained fresh");
  training.test_share = in.number("test_share", 0.05, 0.95, training.test_share);
  training.threads = in.integer("threads", 0, 1024, 0);
  in.refuse_unknown();
  return training;
}

TuneSite read_tune(const Section& in, const Reader& reader) {
  TuneSite tune;
  tune.study = reader.existing(in, "study");
  tune.budget_ns = parsed(in, "budget", [&] { return parse_duration(in.text("budget")); });
  tune.warm_start = in.flag("warm_start", tune.warm_start);
  in.refuse_unknown();
  return tune;
}

PointTarget read_point(const Section& in) {
  PointTarget target;
  target.name = in.text("name");
  if (in.has("raw") == in.has("pure")) throw in.error("", "a working point has a rate `raw` or `pure`, in Hz");
  target.point.pure = in.has("pure");
  target.point.target = in.number(target.point.pure ? "pure" : "raw", 1e-3, 1e8);
  target.band = in.number("band", 1e-4, 10);
  target.prescale = in.integer("prescale", 1, many, 1);
  in.refuse_unknown();
  return target;
}

TriggerSite read_trigger(const Section& in) {
  TriggerSite trigger;
  trigger.exposure = in.integer("exposure", 1, many, trigger.exposure);
  trigger.patience = in.integer("patience", 1, many, std::max(trigger.patience, trigger.exposure));
  trigger.cool_down = in.integer("cool_down", 0, many, trigger.cool_down);
  trigger.leave = in.number("leave", 0, 1, trigger.leave);
  trigger.retrain_above = in.number("retrain_above", 0, 10, trigger.retrain_above);
  trigger.mean_time = in.number("mean_time", 10, 1e9, trigger.mean_time);
  trigger.reference = in.integer("reference", 30, many, trigger.reference);
  if (trigger.patience < trigger.exposure) throw in.error("patience", "is less than `exposure`");
  if (in.has("maintenance")) {
    for (const Section& window : in.sections("maintenance")) {
      trigger.maintenance.push_back({parsed(window, "from", [&] { return parse_utc(window.text("from")); }),
                                     parsed(window, "to", [&] { return parse_utc(window.text("to")); })});
      if (trigger.maintenance.back().from_ns >= trigger.maintenance.back().to_ns)
        throw window.error("to", "ends before it begins");
      window.refuse_unknown();
    }
  }
  in.refuse_unknown();
  return trigger;
}

GateSite read_gates(const Section& in) {
  GateSite gates;
  gates.shadow = in.integer("shadow", 2, many, gates.shadow);
  gates.margin = in.number("margin", 0, 1, gates.margin);
  gates.stability = in.number("stability", 0.1, 1e6, gates.stability);
  gates.cost = in.number("cost", 0.1, 1e3, gates.cost);
  gates.proof = in.text("proof", "");
  gates.proof_required = in.flag("proof_required", false);
  if (gates.proof_required && gates.proof.empty()) throw in.error("proof_required", "`proof` does not say where it is");
  in.refuse_unknown();
  return gates;
}

DeploymentSite read_deployment(const Section& in) {
  DeploymentSite deployment;
  deployment.delay = in.integer("delay", 1, many, deployment.delay);
  deployment.probation = in.integer("probation", 1, many, deployment.probation);
  deployment.automatic_return = in.flag("automatic_return", deployment.automatic_return);
  in.refuse_unknown();
  return deployment;
}

Role read_role(const Section& in) {
  Role role;
  role.name = in.text("role");
  for (const Section& entry : in.sections("people")) {
    Person person;
    person.name = entry.text("name");
    person.key = parsed(entry, "key", [&] { return registry::parse_public_key(entry.text("key")); });
    entry.refuse_unknown();
    role.people.push_back(std::move(person));
  }
  role.needed = static_cast<std::size_t>(in.integer("needed", 1, many));
  if (role.needed > role.people.size()) throw in.error("needed", "asks for more people than the role has");
  in.refuse_unknown();
  return role;
}

/// One key stands for one person in one role: otherwise one person could be two.
void refuse_repeats(const Section& in, const std::vector<Role>& roles) {
  std::set<std::string> names, keys, people;
  for (const Role& role : roles) {
    if (!names.insert(role.name).second) throw in.error("approval", "the role '" + role.name + "' stands twice");
    for (const Person& person : role.people) {
      if (!keys.insert(registry::to_line(person.key)).second || !people.insert(person.name).second)
        throw in.error("approval", "'" + person.name + "' or the key stands twice: a person has one key and one role");
    }
  }
}

void refuse_repeats(const Section& in, const std::vector<PointTarget>& points) {
  std::set<std::string> names;
  for (const PointTarget& target : points) {
    if (!names.insert(target.name).second) throw in.error("working_points", "'" + target.name + "' stands twice");
  }
  if (points.empty()) throw in.error("working_points", "at least one is needed");
}

template <class Read>
auto optional_section(const Section& in, std::string_view key, Read&& read) {
  static const core::YamlNode empty = core::parse_yaml("{}", "");
  return read(in.has(key) ? in.section(key) : Section(empty, ""));
}

}  // namespace

const Role* Site::role(std::string_view which) const noexcept {
  const auto found = std::ranges::find(roles, which, &Role::name);
  return found == roles.end() ? nullptr : &*found;
}

Site load_site(const fs::path& path) {
  const core::YamlNode root = core::parse_yaml(core::read_text(path, 1u << 20), path.native());
  const Section in(root, path.native());
  if (in.integer("version", 1, many) != 1)
    throw Error(ErrorCode::unsupported, "is a site configuration of a later version").file(path.native());
  const Reader reader{fs::absolute(path).parent_path()};
  Site site;
  site.file = fs::absolute(path);
  site.name = in.text("site");
  site.registry = reader.place(in, "registry", "registry");
  site.work = reader.place(in, "work", "work");
  site.stream = read_stream(in.section("stream"), reader);
  site.training = read_training(in.section("training"), reader);
  if (in.has("tune")) site.tune = read_tune(in.section("tune"), reader);
  for (const Section& point : in.sections("working_points")) site.points.push_back(read_point(point));
  refuse_repeats(in, site.points);
  site.trigger = optional_section(in, "trigger", read_trigger);
  site.gates = optional_section(in, "gates", read_gates);
  site.deployment = optional_section(in, "deployment", read_deployment);
  for (const Section& role : in.sections("approval")) site.roles.push_back(read_role(role));
  if (site.roles.empty()) throw in.error("approval", "at least one role is needed: nothing is deployed without people");
  refuse_repeats(in, site.roles);
  site.approval_valid_ns =
      parsed(in, "approval_valid", [&] { return parse_duration(in.text("approval_valid", "7d")); });
  in.refuse_unknown();
  return site;
}

std::int64_t parse_duration(const std::string& text) {
  std::int64_t number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  const std::string_view unit(read.ptr, static_cast<std::size_t>(text.data() + text.size() - read.ptr));
  const std::int64_t seconds = unit == "s" ? 1 : unit == "m" ? 60 : unit == "h" ? 3600 : unit == "d" ? 86400 : 0;
  if (read.ec != std::errc() || seconds == 0 || number <= 0 || number > many)
    throw Error(ErrorCode::usage, "'" + core::escaped(text) + "' is no time such as 90s, 15m, 12h or 30d");
  return number * seconds * 1'000'000'000;
}

std::int64_t parse_utc(const std::string& text) {
  int year = 0, month = 0, day = 0, hour = 0, minute = 0;
  char z = 0, more = 0;
  const int got = std::sscanf(text.c_str(), "%4d-%2d-%2dT%2d:%2d%c%c", &year, &month, &day, &hour, &minute, &z, &more);
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (got != 6 || z != 'Z' || !date.ok() || year < 1970 || year > 2200 || hour < 0 || hour > 23 || minute < 0 ||
      minute > 59)
    throw Error(ErrorCode::usage, "'" + core::escaped(text) + "' is no time such as 2026-11-22T08:00Z");
  const auto seconds =
      std::chrono::sys_days(date).time_since_epoch() / std::chrono::seconds(1) + hour * 3600 + minute * 60;
  return seconds * 1'000'000'000;
}

}  // namespace trigloop::loop
