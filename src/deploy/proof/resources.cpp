#include "deploy/proof/resources.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "core/error.hpp"

namespace trigloop::deploy {
namespace {

using nlohmann::ordered_json;

constexpr const char *luts = "LUT", *flip_flops = "flip-flops", *carries = "carry cells", *period = "period (ns)";

void write(core::JsonWriter& json, const LayerCells& layer) {
  json.begin_object().member("name", layer.name);
  if (layer.cells) {
    json.member("luts", layer.cells->tables).member("flip_flops", layer.cells->registers);
    json.member("carries", layer.cells->carries).member("dsps", layer.cells->multipliers);
    json.member("block_rams", layer.cells->memories).member("depth", layer.cells->depth);
  } else {
    json.member("not_run", layer.reason);
  }
  json.end_object();
}

void write(core::JsonWriter& json, const Synthesis& synthesis) {
  json.begin_object().member("family", synthesis.family).member("tool", synthesis.tool).key("layers").begin_array();
  for (const LayerCells& layer : synthesis.layers) write(json, layer);
  json.end_array().key("whole");
  write(json, synthesis.whole);
  json.end_object();
}

void write_expenses(core::JsonWriter& json, const std::vector<Expense>& expenses) {
  json.key("expenses").begin_array();
  for (const Expense& e : expenses) {
    json.begin_object().member("what", e.what).member("from", e.from).key("is");
    e.is ? json.value(*e.is) : json.null();
    json.key("may_be");
    e.may_be ? json.value(*e.may_be) : json.null();
    if (e.modelled) json.member("modelled", true);
    json.end_object();
  }
  json.end_array();
}

std::vector<Expense> expenses_in(const ordered_json& proof) {
  const auto number = [](const ordered_json& value) {
    return value.is_null() ? std::nullopt : std::optional(value.get<double>());
  };
  std::vector<Expense> expenses;
  for (const auto& e : proof.at("expenses"))
    expenses.push_back(
        {e.at("what"), e.at("from"), number(e.at("is")), number(e.at("may_be")), e.value("modelled", false)});
  return expenses;
}

void set(std::vector<Expense>& expenses, std::string_view what, double is, const std::string& from) {
  for (Expense& e : expenses)
    if (e.what == what) {
      e.is = is;
      e.from = from;
      e.modelled = false;
    }
}

void set_routed(std::vector<Expense>& expenses, const Routed& routed) {
  const std::string from = "routed on " + routed.utilization.device;
  set(expenses, luts, routed.utilization.tables, from);
  set(expenses, flip_flops, routed.utilization.registers, from);
  set(expenses, carries, routed.utilization.carries, from);
  if (routed.timing.period) set(expenses, period, *routed.timing.period - routed.timing.setup_slack, from);
}

ordered_json parsed(const core::JsonWriter& json) { return ordered_json::parse(json.text()); }

/// Where the estimated period is from; and how many clocks hold the clock's, if those of the design do not (proofs of
/// before do not tell).
std::string origin_of_period(const ordered_json& design) {
  const ordered_json enough = design.value("latency_of_period", ordered_json());
  const bool holds = design.at("estimated_period").get<double>() <= design.at("period").get<double>();
  return holds || enough.is_null() ? "estimate" : fmt::format("estimate; {} clocks would hold", enough.get<int>());
}

}  // namespace

std::vector<Expense> expenses_of(const Resources& resources) {
  if (resources.estimate.empty()) return {};
  try {
    const ordered_json design = ordered_json::parse(resources.estimate), &estimate = design.at("estimate");
    const Budget& may_be = resources.budget;
    const double clock = design.at("period");
    std::vector<Expense> expenses{
        {"latency (ns)", "design", design.at("latency").get<double>() * clock, may_be.latency_ns},
        {period, origin_of_period(design), design.at("estimated_period").get<double>(), clock, true},
        {"adders", "design", estimate.at("adders").get<double>(), may_be.adders},
        {luts, "estimate", estimate.at("tables").get<double>(), may_be.luts},
        {carries, "estimate", estimate.at("carries").get<double>(), may_be.carries},
        {flip_flops, "not synthesised", {}, may_be.flip_flops}};
    if (resources.synthesis.empty()) return expenses;
    if (const auto cells = resources.synthesis.front().whole.cells) {
      const std::string from = "Yosys, " + resources.synthesis.front().family;
      set(expenses, luts, cells->tables, from);
      set(expenses, carries, cells->carries, from);
      set(expenses, flip_flops, cells->registers, from);
    }
    return expenses;
  } catch (const ordered_json::exception& e) {
    throw core::Error(core::ErrorCode::damaged, "the firmware's estimate is none: " + core::escaped(e.what()));
  }
}

std::vector<std::string> warnings_of(const std::vector<Expense>& expenses) {
  // The model of delays is on the safe side (docs/firmware.md).
  constexpr double safe_side = 1.2;
  std::vector<std::string> warnings;
  for (const Expense& e : expenses) {
    if (!e.may_be || (e.is && *e.is <= *e.may_be * (e.modelled ? safe_side : 1))) continue;
    warnings.push_back(
        e.is ? fmt::format("{}: {:.7g} ({}) exceeds {:.7g}", e.what, *e.is, e.from, *e.may_be)
             : fmt::format("{}: is not known ({}); at most {:.7g} is allowed", e.what, e.from, *e.may_be));
  }
  return warnings;
}

std::vector<std::string> warnings_of(const Routed& routed) {
  std::vector<std::string> warnings;
  const Timing& t = routed.timing;
  if (!t.met)
    warnings.push_back(
        fmt::format("timing is not met after routing: setup slack {:g} ns, hold slack {:g} ns, {} failing endpoints",
                    t.setup_slack, t.hold_slack, t.failing_endpoints));
  if (const std::string& state = routed.utilization.state; !state.empty() && state != "Routed")
    warnings.push_back("the utilization is of a design that is '" + state + "', not routed");
  return warnings;
}

void write_json(core::JsonWriter& json, const Routed& routed) {
  json.key("utilization");
  write_json(json, routed.utilization);
  json.key("timing");
  write_json(json, routed.timing);
  json.key("layers").begin_array();
  for (const LayerUtilization& layer : routed.layers) write_json(json, layer);
  json.end_array();
}

void write_json(core::JsonWriter& json, const Resources& resources) {
  const std::vector<Expense> expenses = expenses_of(resources);
  json.key("resources").raw(resources.estimate.empty() ? "null" : resources.estimate);
  json.key("synthesis").begin_array();
  for (const Synthesis& synthesis : resources.synthesis) write(json, synthesis);
  json.end_array().key("routed").null();
  write_expenses(json, expenses);
  json.array("warnings", warnings_of(expenses));
}

std::vector<std::string> warnings_in(std::string_view proof_json) {
  try {
    return ordered_json::parse(proof_json).at("warnings");
  } catch (const ordered_json::exception& e) {
    throw core::Error(core::ErrorCode::damaged, "is no proof: " + core::escaped(e.what()));
  }
}

std::string with_routed(std::string_view proof_json, const Routed& routed) {
  try {
    ordered_json proof = ordered_json::parse(proof_json);
    std::vector<Expense> expenses = expenses_in(proof);
    set_routed(expenses, routed);
    core::JsonWriter json;
    json.begin_object();
    write_json(json, routed);
    json.end_object();
    core::JsonWriter list;
    list.begin_object();
    write_expenses(list, expenses);
    list.end_object();
    proof.at("routed") = parsed(json);
    proof.at("expenses") = parsed(list).at("expenses");
    std::vector<std::string> warnings = warnings_of(expenses);
    for (std::string& warning : warnings_of(routed)) warnings.push_back(std::move(warning));
    proof.at("warnings") = warnings;
    return proof.dump() + "\n";
  } catch (const ordered_json::exception& e) {
    throw core::Error(core::ErrorCode::damaged, "is no proof: " + core::escaped(e.what()));
  }
}

}  // namespace trigloop::deploy
