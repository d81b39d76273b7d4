#include "report/deploy/page.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "core/error.hpp"
#include "core/text.hpp"
#include "model/describe.hpp"

namespace trigloop::report::deployed {
namespace {

using deploy::Proof, deploy::Standing;
using nlohmann::json;

Table contenders(const Proof& proof) {
  Table table{"Who gives the reference's integers",
              "Not run is not proven. Outside: events that the interface's type cannot hold.",
              {"contender", "verdict", "events", "different", "outside", "how"},
              {}};
  for (const Standing& s : proof.equality.standings)
    table.rows.push_back({s.name, std::string(name_of(s.verdict)), core::with_commas(s.events),
                          core::with_commas(s.different), core::with_commas(s.outside),
                          s.reason.empty() ? s.how : s.reason});
  return table;
}

Table sets(const Proof& proof) {
  Table table{"Events", "Of nature, and made to ask for trouble.", {"set", "events"}, {}};
  for (const auto& [name, events] : proof.equality.sets) table.rows.push_back({name, core::with_commas(events)});
  return table;
}

Table thresholds(const deploy::EfficiencyMatch& match) {
  Table table{fmt::format("Thresholds through {}", match.through),
              fmt::format("Of {} zero-bias events; rates and efficiencies of {} signals are {}.",
                          core::with_commas(match.background_events), match.signals,
                          match.equal ? "equal, too" : "not equal: " + match.first),
              {"rate (kHz)", "engine's code", "product's code"},
              {}};
  for (const auto& rate : match.rates)
    table.rows.push_back({fmt::format("{:g}", rate.khz), std::to_string(rate.engine), std::to_string(rate.deployed)});
  return table;
}

/// Numbers of one kind, layer by layer.
Rows by_layer(const json& layers, const char* key, const std::string& title) {
  Rows rows{title, "Estimated; measured numbers come from synthesis.", title, {}, {{"estimate", {}, {}}}};
  for (const json& layer : layers) {
    rows.names.push_back(layer.at("name"));
    rows.series[0].y.emplace_back(layer.at(key).get<double>());
  }
  return rows;
}

Table against(const json& design, const Budget& budget, std::vector<std::string>& warnings) {
  Table table{
      "Cost of the firmware", "Look-up tables and carry cells as the estimate has them.", {"what", "is", "may be"}, {}};
  const json& estimate = design.at("estimate");
  const auto add = [&](const char* what, double is, const std::optional<double>& may_be) {
    table.rows.push_back({what, fmt::format("{:g}", is), may_be ? fmt::format("{:g}", *may_be) : "not limited"});
    if (may_be && is > *may_be)
      warnings.push_back(fmt::format("{}: {:g} exceed the budget of {:g}", what, is, *may_be));
  };
  add("latency (ns)", design.at("latency").get<double>() * design.at("period").get<double>(), budget.latency_ns);
  add("look-up tables", estimate.at("tables"), budget.tables);
  add("carry cells", estimate.at("carries"), budget.carries);
  add("adders", estimate.at("adders"), budget.adders);
  table.rows.push_back({"latency (clocks)", fmt::format("{:g}", design.at("latency").get<double>()), ""});
  table.rows.push_back({"levels of logic", fmt::format("{:g}", estimate.at("depth").get<double>()), ""});
  return table;
}

Table layers(const deploy::Network& network) {
  Table table{"The network",
              "Bits with sign; EBOPs: effective bit operations.",
              {"layer", "operation", "type", "bits", "EBOPs"},
              {}};
  for (const model::Layer& layer : model::describe(network.graph))
    table.rows.push_back(
        {layer.name, layer.operation, layer.type, std::to_string(layer.bits), std::to_string(layer.ebops)});
  return table;
}

}  // namespace

Page deployment_page(const deploy::Network& network, const Proof& proof, const Budget& budget) {
  Page page;
  page.title = "Deployment of " + network.name;
  page.subtitle = proof.proven() ? "All products that ran give the same integers." : "Not proven.";
  page.facts = {{"model", proof.model},
                {"sha256", proof.model_sha256},
                {"proven", proof.proven() ? "yes" : "no"},
                {"complete", proof.equality.complete() ? "yes" : "no: some were not run"},
                {"events", core::with_commas(proof.equality.events())},
                {"files", std::to_string(proof.products.size())}};
  page.tables = {contenders(proof)};
  if (proof.efficiencies) page.tables.push_back(thresholds(*proof.efficiencies));
  if (!proof.resources.empty()) {
    try {
      const json design = json::parse(proof.resources);
      page.tables.push_back(against(design, budget, page.warnings));
      page.figures = {by_layer(design.at("layers"), "tables", "look-up tables"),
                      by_layer(design.at("layers"), "adders", "adders")};
    } catch (const json::exception& e) {
      throw core::Error(core::ErrorCode::damaged, "the firmware's estimate is none: " + core::escaped(e.what()));
    }
  }
  if (!proof.proven()) page.warnings.push_back("This deployment is not proven: see the verdicts.");
  page.tables.push_back(layers(network));
  page.tables.push_back(sets(proof));
  return page;
}

}  // namespace trigloop::report::deployed
