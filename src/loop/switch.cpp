#include "loop/switch.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "core/file.hpp"

namespace trigloop::loop {
namespace {

namespace fs = std::filesystem;

constexpr std::uint32_t runs_ahead = 100;  ///< that have their model before they begin

/// Lumisections [first, last] of a run; last 0: to its end.
std::string interval_text(const Validity& v, std::uint32_t run, std::uint32_t first, std::uint32_t last) {
  std::string text = "  - run: " + std::to_string(run) + "\n    lumisections: " + std::to_string(first) + "-" +
                     (last == 0 ? "" : std::to_string(last)) + "\n    model: " + v.model + "\n    thresholds: {";
  for (std::size_t p = 0; p < v.points.size(); ++p)
    text += (p == 0 ? "" : ", ") + v.points[p].name + ": " + std::to_string(v.points[p].threshold);
  return text + "}\n";
}

/// Every run from where it begins to where the next one does, or up to `last_run`.
std::string intervals_text(const Validity& v, const Validity* next, std::uint32_t last_run) {
  std::string text;
  const std::uint32_t end = next != nullptr ? next->from.run : std::max(v.from.run, last_run);
  for (std::uint32_t run = v.from.run; run <= end; ++run) {
    const std::uint32_t first = run == v.from.run ? std::max<std::uint32_t>(v.from.lumisection, 1) : 1;
    const bool is_last = next != nullptr && run == next->from.run;
    if (is_last && next->from.lumisection <= first) continue;
    text += interval_text(v, run, first, is_last ? next->from.lumisection - 1 : 0);
  }
  return text;
}

}  // namespace

std::vector<Validity> validities_of(const std::vector<Round>& rounds) {
  std::vector<Validity> all;
  for (const Round& round : rounds) {
    if (!round.facts.contains("boundary_lumisection")) continue;
    const Validity before = all.empty() ? Validity{} : all.back();
    all.push_back({key_of(round.facts, "boundary_run", "boundary_lumisection"), round.fact("candidate_model"),
                   points_of_json(round.fact("points")), round.id});
    if (round.facts.contains("return_lumisection") && !before.model.empty()) {
      const event::LumiKey back = key_of(round.facts, "return_run", "return_lumisection");
      if (back <= all.back().from) all.pop_back();  // it never came to the switch
      if (all.empty() || all.back().model != before.model) all.push_back({back, before.model, before.points, round.id});
    }
  }
  return all;
}

std::string conditions_text(const std::vector<Validity>& all, std::uint32_t last_run) {
  std::string text = "# Written by `trigloop loop`; changes by hand are lost.\nversion: 1\nintervals:\n";
  for (std::size_t i = 0; i < all.size(); ++i)
    text += intervals_text(all[i], i + 1 < all.size() ? &all[i + 1] : nullptr, last_run);
  return all.empty() ? text + "  []\n" : text;
}

void write_conditions(const Site& site, const std::vector<Round>& rounds, std::uint32_t run) {
  const std::vector<Validity> all = validities_of(rounds);
  if (all.empty()) return;
  const std::string text = conditions_text(all, std::max(run, all.back().from.run) + runs_ahead);
  if (fs::exists(site.stream.conditions) && core::read_text(site.stream.conditions) == text) return;
  core::write_file(site.stream.conditions, text);
}

void put_model(const Site& site, registry::Registry& registry, const std::string& artifact) {
  for (const registry::StoredFile& file : registry.files(artifact)) {
    if (file.path != "model.onnx") continue;
    const fs::path to = site.stream.models / (file.sha256 + ".onnx");
    fs::create_directories(site.stream.models);
    if (!fs::exists(to)) registry.objects().copy_to(file, to);
    return;
  }
  throw core::Error(core::ErrorCode::not_found, "the registry holds no model.onnx of " + artifact.substr(0, 12));
}

event::LumiKey boundary(const Site& site, const StreamView& stream) {
  const auto last = stream.last();
  if (!last) return {0, 1};
  return {last->run, last->lumisection + static_cast<std::uint32_t>(site.deployment.delay)};
}

}  // namespace trigloop::loop
