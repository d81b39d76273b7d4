#include "loop/sentry.hpp"

#include <algorithm>

#include "loop/switch.hpp"
#include "watch/drift_run.hpp"

namespace trigloop::loop {
namespace {

namespace fs = std::filesystem;

event::LumiKey last_of(const watch::Reference& reference) {
  if (reference.runs.empty()) return {};
  const auto& [run, ranges] = *reference.runs.rbegin();
  return {run, ranges.empty() ? 0 : ranges.back().second};
}

}  // namespace

Sentry::Sentry(const Site& site, const std::vector<Round>& rounds, const StreamView& stream)
    : site_(site), rounds_(rounds), stream_(stream), deployed_(deployed_of(rounds)) {}

fs::path Sentry::reference_file() const { return site_.work / "references" / (deployed_.round + ".json"); }
bool Sentry::has_reference() const { return fs::exists(reference_file()); }

std::vector<Scored> Sentry::reference_lumis() const {
  const auto round = std::ranges::find(rounds_, deployed_.round, &Round::id);
  const event::LumiKey from = key_of(round->facts, "boundary_run", "boundary_lumisection");
  std::vector<Scored> lumis = stream_.good(deployed_.model, from);
  for (const Scored& shadow : scored_lumis(site_.work / "rounds" / round->id / "records-new", deployed_.model)) {
    if (stream_.is_good(shadow.key) && std::ranges::find(lumis, shadow.key, &Scored::key) == lumis.end())
      lumis.push_back(shadow);
  }
  std::ranges::sort(lumis, {}, &Scored::key);
  return lumis;
}

event::LumiKey Sentry::quiet_until() const {
  event::LumiKey quiet;
  for (const Round& round : rounds_) {
    event::LumiKey closed = key_of(round.facts, "closed_run", "closed_lumisection");
    if (!is_end(round.state) || closed.run == 0) continue;
    closed.lumisection += static_cast<std::uint32_t>(site_.trigger.cool_down);
    quiet = std::max(quiet, closed);
  }
  return quiet;
}

Sentry::Watched Sentry::watch(bool keep) const {
  watch::DriftOptions options;
  options.reference = reference_file();
  options.monitor.mean_time = site_.trigger.mean_time;
  const event::LumiKey quiet = quiet_until();
  if (keep) {
    fs::create_directories(site_.work / "watch");
    options.state =
        site_.work / "watch" /
        (deployed_.round + "-after-" + std::to_string(quiet.run) + "." + std::to_string(quiet.lumisection) + ".state");
  }
  watch::DriftRun drift(options);
  const event::LumiKey begin = std::max(quiet, last_of(drift.reference()));
  std::vector<fs::path> files;
  for (const Scored& lumi : stream_.good(deployed_.model, {begin.run, begin.lumisection + 1}))
    files.push_back(lumi.file);
  drift.take(files);
  Watched watched{drift.reference().id, std::nullopt, drift.monitor().steps(), drift.monitor().evidence()};
  if (!drift.monitor().alarms().empty()) watched.alarm = drift.monitor().alarms().front();
  return watched;
}

}  // namespace trigloop::loop
