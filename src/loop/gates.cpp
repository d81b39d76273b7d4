#include "loop/gates.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "core/error.hpp"
#include "core/file.hpp"
#include "core/json_writer.hpp"
#include "core/sha256.hpp"

namespace trigloop::loop {
namespace {

using Json = nlohmann::json;
namespace fs = std::filesystem;

Json read_json(const fs::path& file) {
  Json json = Json::parse(core::read_text(file), nullptr, false);
  if (json.is_discarded()) throw core::Error(core::ErrorCode::damaged, "is no JSON").file(file.native());
  return json;
}

Gate gate(std::string name, bool passed, std::string text) {
  return {std::move(name), passed ? Verdict::passed : Verdict::closed, std::move(text)};
}

Gate exposure_gate(const Context& c, const std::vector<Scored>& shadow) {
  return gate("exposure", static_cast<std::int64_t>(shadow.size()) >= c.site.gates.shadow,
              fmt::format("{} good lumisections in shadow; {} are demanded", shadow.size(), c.site.gates.shadow));
}

/// Thresholds of one half of the lumisections, rates of the other: the same events would agree by construction.
Gate rate_gate(const Context& c, const std::vector<Scored>& shadow) {
  std::vector<Scored> even, odd;
  for (std::size_t l = 0; l < shadow.size(); ++l) (l % 2 == 0 ? even : odd).push_back(shadow[l]);
  std::string text;
  bool good = true;
  for (const MeasuredPoint& p : measure(c.site.points, thresholds_for(c.site.points, even), odd)) {
    good = good && std::abs(p.deviation()) <= 1;
    text += fmt::format("{}{}: {:.4g} +- {:.2g} Hz, band {:.4g} +- {:.2g}", text.empty() ? "" : "; ", p.name,
                        p.rate().hertz, p.rate().error, p.target, p.band * p.target);
  }
  return gate("rate", good, text + " (thresholds of every other lumisection, rates of the others)");
}

Gate stability_gate(const Context& c, const std::vector<MeasuredPoint>& points) {
  std::string text;
  bool good = true;
  for (const MeasuredPoint& p : points) {
    good = good && p.chi2_per_degree() <= c.site.gates.stability;
    text += fmt::format("{}{}: chi2 {:.1f} for {} degrees of freedom", text.empty() ? "" : "; ", p.name, p.chi2,
                        p.lumisections - 1);
  }
  return gate("stability", good, text + fmt::format("; at most {:.3g} each", c.site.gates.stability));
}

Gate efficiency_gate(const Context& c) {
  if (c.round.fact_or("model", "").empty())
    return {"efficiency", Verdict::absent, "no model is deployed to compare with"};
  const std::vector<Efficiency> all = efficiencies(c);
  if (all.empty()) return {"efficiency", Verdict::closed, "no signal set could be compared"};
  const auto worst = std::ranges::min_element(all, {}, [](const Efficiency& e) { return e.after - e.before; });
  return gate(
      "efficiency", worst->after - worst->before >= -c.site.gates.margin,
      fmt::format("{} signal sets and working points; the worst change is {:+.2f} +- {:.2f} % ({} at {}: {:.2f} to "
                  "{:.2f} %), at least {:+.2f} % is demanded",
                  all.size(), 100 * (worst->after - worst->before),
                  100 * std::hypot(worst->before_error, worst->after_error), worst->signal, worst->point,
                  100 * worst->before, 100 * worst->after, -100 * c.site.gates.margin));
}

Gate engines_gate(const Context& c) {
  const auto hash = [&](const char* engine) {
    return core::sha256_of_file(c.folder() / (std::string("scores-") + engine + ".npy"));
  };
  const std::string simd = hash("simd"), reference = hash("reference");
  return gate("engines", simd == reference,
              simd == reference ? "all scores of the test events are equal, bit for bit (" + simd.substr(0, 12) + ")"
                                : "the SIMD engine and the reference differ");
}

Gate cost_gate(const Context& c) {
  const auto ebops = read_json(c.folder() / "cost-new.json").at("ebops").get<double>();
  if (c.round.fact_or("model", "").empty())
    return {"cost", Verdict::absent, fmt::format("{:.0f} EBOPs; no model is deployed to compare with", ebops)};
  const auto before = read_json(c.folder() / "cost-old.json").at("ebops").get<double>();
  return gate(
      "cost", ebops <= before * c.site.gates.cost,
      fmt::format("{:.0f} EBOPs, {:.0f} before; at most {:.3g} times as many", ebops, before, c.site.gates.cost));
}

/// What deploy proved of the products (firmware, emulator): taken where it is there, told where it is not.
Gate proof_gate(const Context& c) {
  std::string path = c.site.gates.proof;
  if (const auto at = path.find("{model}"); at != path.npos) path.replace(at, 7, c.round.fact("candidate_model"));
  const fs::path file = c.site.file.parent_path() / path;
  const bool is_there = !path.empty() && fs::exists(file);
  if (!is_there) {
    const std::string text = path.empty() ? "no proof of firmware and emulator was asked for (`gates.proof`)"
                                          : "there is no " + file.native();
    return {"products", c.site.gates.proof_required ? Verdict::closed : Verdict::absent, text};
  }
  const Json json = read_json(file);
  const auto is = [&](const char* pointer, const Json& value) {  // docs/deploy.md tells what a proof holds
    const Json::json_pointer at(pointer);
    return json.contains(at) && json.at(at) == value;
  };
  const bool equal = is("/proven", true) && is("/model/sha256", c.round.fact("candidate_model"));
  return gate("products", equal, file.native() + (equal ? ": all products are equal, bit for bit" : ": not proven"));
}

struct Share {
  double value = std::numeric_limits<double>::quiet_NaN(), error = 0;
};

/// "signal/rate row" -> share, of the firmware's rule.
std::vector<std::vector<Share>> shares_of(const Json& json, const std::vector<PointTarget>& points) {
  std::vector<std::vector<Share>> shares;
  for (const Json& signal : json.at("signals")) {
    auto& own = shares.emplace_back();
    for (std::size_t p = 0; p < points.size(); ++p) {
      const Json& cell = signal.at("rates").at(p).at("firmware").at(points[p].point.pure ? "pure-pure" : "raw-raw");
      own.push_back({cell.at("value"), (cell.at("high").get<double>() - cell.at("low").get<double>()) / 2});
    }
  }
  return shares;
}

}  // namespace

std::string_view name_of(Verdict verdict) noexcept {
  constexpr std::string_view names[] = {"passed", "closed", "not made"};
  return names[static_cast<std::size_t>(verdict)];
}

std::vector<Gate> judge(const Context& c, const std::vector<MeasuredPoint>& points, const std::vector<Scored>& shadow) {
  return {exposure_gate(c, shadow),
          rate_gate(c, shadow),
          stability_gate(c, points),
          efficiency_gate(c),
          engines_gate(c),
          cost_gate(c),
          proof_gate(c)};
}

bool all_passed(const std::vector<Gate>& gates) noexcept {
  return std::ranges::none_of(gates, [](const Gate& g) { return g.verdict == Verdict::closed; });
}

std::string first_closed(const std::vector<Gate>& gates) {
  const auto found = std::ranges::find(gates, Verdict::closed, &Gate::verdict);
  return found == gates.end() ? "" : found->name + ": " + found->text;
}

std::string to_json(const std::vector<Gate>& gates) {
  core::JsonWriter json;
  json.begin_array();
  for (const Gate& g : gates)
    json.begin_object()
        .member("gate", g.name)
        .member("verdict", name_of(g.verdict))
        .member("text", g.text)
        .end_object();
  return json.end_array().text();
}

std::vector<Efficiency> efficiencies(const Context& c) {
  const Json after = read_json(c.folder() / "new.json");
  const bool has_old = !c.round.fact_or("model", "").empty();
  const auto new_shares = shares_of(after, c.site.points);
  const auto old_shares = has_old ? shares_of(read_json(c.folder() / "old.json"), c.site.points) : new_shares;
  std::vector<Efficiency> all;
  for (std::size_t s = 0; s < std::min(new_shares.size(), old_shares.size()); ++s) {
    for (std::size_t p = 0; p < c.site.points.size(); ++p) {
      const Share before = has_old ? old_shares[s][p] : Share{}, now = new_shares[s][p];
      all.push_back({after.at("signals").at(s).at("name"), c.site.points[p].name, before.value, now.value, before.error,
                     now.error});
    }
  }
  return all;
}

}  // namespace trigloop::loop
