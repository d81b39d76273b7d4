#include "loop/evidence.hpp"

#include <algorithm>
#include <cmath>
#include <span>

#include "config/config.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "core/json_writer.hpp"
#include "scout/record/record.hpp"

namespace trigloop::loop {
namespace {

namespace fs = std::filesystem;

void write(core::JsonWriter& json, const Efficiency& e) {
  json.begin_object().member("signal", e.signal).member("working_point", e.point);
  json.member("deployed", e.before).member("deployed_error", e.before_error);
  json.member("candidate", e.after).member("candidate_error", e.after_error).end_object();
}

/// Everything in one file, so that one hash is over all of it.
std::string evidence_json(const Context& c, const std::string& points, const std::string& gates) {
  core::JsonWriter json;
  json.begin_object().member("version", 1).member("site", c.site.name).member("round", c.round.id);
  for (const char* name : {"cause", "cause_text", "outcome", "why", "model", "candidate", "candidate_model", "chosen",
                           "since_run", "since_lumisection", "shadow"})
    json.member(name, c.round.fact_or(name, ""));
  json.key("working_points").raw(points).key("gates").raw(gates).key("efficiencies").begin_array();
  for (const Efficiency& e : efficiencies(c)) write(json, e);
  return json.end_array().end_object().text() + "\n";
}

/// What the candidate scored in shadow: the sum of the lumisections that thresholds and rates come from, and their
/// names.
std::string record_shadow(const Context& c) {
  core::JsonWriter lumis;
  lumis.begin_object().key("lumisections").begin_array();
  for (const Scored& lumi : scored_lumis(c.folder() / "records-new", c.round.fact("candidate_model")))
    lumis.value(text_of(lumi.key));
  registry::NewArtifact shadow{.kind = "spectra", .name = c.site.name + "-shadow"};
  shadow.files = {c.registry.objects().put(c.folder() / "shadow.spectrum", "shadow.spectrum")};
  shadow.tags = {{"round", c.round.id}};
  shadow.properties = lumis.end_array().end_object().text();
  return c.registry.add(shadow);
}

/// An artefact, a run that made it of both models, and its number as fact. One transaction, after the files.
std::string record(const Context& c, const std::string& points, const std::string& gates) {
  registry::NewArtifact evidence{.kind = "report", .name = c.site.name + "-evidence"};
  evidence.files.push_back(c.registry.objects().put_text(evidence_json(c, points, gates), "evidence.json"));
  for (const char* page : {"report.html", "comparison.html", "comparison.json", "new.json", "old.json"}) {
    if (fs::exists(c.folder() / page)) evidence.files.push_back(c.registry.objects().put(c.folder() / page, page));
  }
  evidence.tags = {{"round", c.round.id}};
  registry::Transaction transaction(c.registry.database());
  const std::string id = c.registry.add(evidence);
  registry::Run run{.command = "loop"};
  run.arguments = {"validate", c.round.id};
  run.started_ns = run.finished_ns = c.round.steps.back().time_ns;
  run.links = {{false, "candidate", c.round.fact("candidate")}, {true, "evidence", id}};
  run.links.push_back({true, "shadow", record_shadow(c)});
  if (const std::string old = c.round.fact_or("deployed", ""); !old.empty() && old != c.round.fact("candidate"))
    run.links.push_back({false, "deployed", old});
  c.registry.add(run);
  transaction.commit();
  return id;
}

}  // namespace

fs::path signals_of(const Site& site) {
  config::Config config = config::Config::load(site.training.config);
  for (const std::string& setting : site.training.settings) config.set_text(setting);
  return (site.file.parent_path() / config.text("data_config.Read_configs.SIGNAL.file_path")).lexically_normal();
}

fs::path deployed_bundle(const Context& c) {
  const fs::path folder = c.folder() / "deployed";
  for (const registry::StoredFile& file : c.registry.files(c.round.fact("deployed"))) {
    const fs::path to = folder / file.path;
    if (fs::exists(to)) continue;
    fs::create_directories(to.parent_path());
    c.registry.objects().copy_to(file, to);
  }
  return folder;
}

fs::path engine_events(const Context& c) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(c.site.stream.files)) {
    const std::string name = entry.path().filename();
    if (entry.is_regular_file() && !name.starts_with('.')) files.push_back(entry.path());
  }
  if (files.empty())
    throw core::Error(core::ErrorCode::not_found, "holds no file of the stream").file(c.site.stream.files.native());
  return *std::ranges::min_element(files);
}

std::string record_evidence(const Context& c, const std::vector<MeasuredPoint>& points,
                            const std::vector<Gate>& gates) {
  return record(c, to_json(points), to_json(gates));
}

Facts amended(const Context& c, const std::string& name, std::int64_t threshold, std::int64_t prescale) {
  std::vector<MeasuredPoint> points = points_of_json(c.round.fact("points"));
  const auto point = std::ranges::find(points, name, &MeasuredPoint::name);
  if (point == points.end())
    throw core::Error(core::ErrorCode::usage, "there is no working point '" + core::escaped(name) + "'");
  std::vector<PointTarget> targets = c.site.points;
  if (threshold > 0) point->threshold = threshold;
  const auto target = std::ranges::find(targets, name, &PointTarget::name);
  if (target == targets.end())
    throw core::Error(core::ErrorCode::mismatch, "the site has no such working point any more");
  if (prescale > 0) target->prescale = prescale;
  for (PointTarget& other : targets) {
    const auto before = std::ranges::find(points, other.name, &MeasuredPoint::name);
    if (before != points.end() && other.name != name) other.prescale = before->prescale;
  }
  const std::vector<Scored> shadow = scored_lumis(c.folder() / "records-new", c.round.fact("candidate_model"));
  const std::string measured = to_json(measure(targets, thresholds_of(points), shadow));
  return {{"points", measured}, {"evidence", record(c, measured, c.round.fact("gates"))}};
}

}  // namespace trigloop::loop
