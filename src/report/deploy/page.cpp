#include "report/deploy/page.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "core/error.hpp"
#include "core/text.hpp"
#include "model/describe.hpp"

namespace trigloop::report::deployed {
namespace {

using nlohmann::json;

std::string text(const json& value) { return value.get<std::string>(); }
std::string count(const json& value) { return core::with_commas(value.get<std::uint64_t>()); }
std::string number(const json& value) { return value.is_null() ? "" : fmt::format("{:.7g}", value.get<double>()); }

Table contenders(const json& proof) {
  Table table{"Who gives the reference's integers",
              "Not run is not proven. Outside: events that the interface's type cannot hold.",
              {"contender", "verdict", "events", "different", "outside", "how"},
              {}};
  for (const json& s : proof.at("contenders"))
    table.rows.push_back({s.at("name"), s.at("verdict"), count(s.at("events")), count(s.at("different")),
                          count(s.at("outside")),
                          text(s.at("reason")).empty() ? text(s.at("how")) : text(s.at("reason"))});
  return table;
}

Table sets(const json& proof) {
  Table table{"Events", "Of nature, and made to ask for trouble.", {"set", "events"}, {}};
  for (const json& set : proof.at("sets")) table.rows.push_back({set.at("name"), count(set.at("events"))});
  return table;
}

Table thresholds(const json& match) {
  const bool equal = match.at("equal");
  const std::string trained = match.at("bundle");
  Table table{"Thresholds through " + text(match.at("through")),
              fmt::format("Of {} zero-bias events; rates and efficiencies of {} signals are {}{}.",
                          count(match.at("background_events")), match.at("signals").get<int>(),
                          equal ? "equal, too" : "not equal: " + text(match.at("first_difference")),
                          trained.empty() ? "" : "; compared with those that training left in " + trained),
              {"rate (kHz)", "engine's code", "product's code"},
              {}};
  for (const json& rate : match.at("rates"))
    table.rows.push_back({number(rate.at("khz")), number(rate.at("engine")), number(rate.at("deployed"))});
  return table;
}

Table expenses(const json& proof) {
  Table table{"Cost of the firmware",
              "By the first of routing, synthesis and estimate that tells it.",
              {"what", "is", "may be", "from"},
              {}};
  for (const json& e : proof.at("expenses"))
    table.rows.push_back({e.at("what"), e.at("is").is_null() ? "not known" : number(e.at("is")),
                          e.at("may_be").is_null() ? "not limited" : number(e.at("may_be")), e.at("from")});
  return table;
}

/// Cells by layer as Yosys has them for one family; the whole is the last row.
Table cells(const json& synthesis) {
  const std::string family = synthesis.at("family"), tool = synthesis.at("tool");
  Table table{"By layer on " + family,
              (tool.empty() ? "Not run." : tool + ", each layer's module alone, without placement.") +
                  std::string(" All: the layers joined, and the last rank of registers, which is in none of them."),
              {"layer", "LUT", "flip-flops", "carry cells", "depth", ""},
              {}};
  const auto add = [&](const json& layer) {
    if (layer.contains("not_run"))
      table.rows.push_back({layer.at("name"), "", "", "", "", "not run: " + text(layer.at("not_run"))});
    else
      table.rows.push_back({layer.at("name"), count(layer.at("luts")), count(layer.at("flip_flops")),
                            count(layer.at("carries")), count(layer.at("depth")), ""});
  };
  for (const json& layer : synthesis.at("layers")) add(layer);
  add(synthesis.at("whole"));
  return table;
}

Table routed(const json& routed) {
  const json &used = routed.at("utilization"), &timing = routed.at("timing");
  Table table{"After routing",
              text(used.at("tool")) + ", " + text(used.at("device")) + ", " + text(used.at("state")),
              {"what", "is"},
              {}};
  for (const auto& [key, title] : {std::pair{"luts", "LUT"},
                                   {"registers", "flip-flops"},
                                   {"carries", "carry cells"},
                                   {"block_rams", "block RAM"},
                                   {"dsps", "DSP"}})
    table.rows.push_back({title, number(used.at(key))});
  for (const auto& [key, title] : {std::pair{"period_ns", "clock (ns)"},
                                   {"setup_slack_ns", "setup slack (ns)"},
                                   {"hold_slack_ns", "hold slack (ns)"},
                                   {"failing_endpoints", "failing endpoints"}})
    table.rows.push_back({title, number(timing.at(key))});
  table.rows.push_back({"timing", timing.at("met").get<bool>() ? "met" : "NOT MET"});
  return table;
}

Table routed_layers(const json& layers) {
  Table table{"By layer after routing",
              "Of the instances of the top module; in brackets what it has itself.",
              {"layer", "LUT", "flip-flops", "block RAM", "DSP"},
              {}};
  for (const json& layer : layers)
    table.rows.push_back({layer.at("name"), number(layer.at("luts")), number(layer.at("registers")),
                          number(layer.at("block_rams")), number(layer.at("dsps"))});
  return table;
}

/// A number of each of these layers, where `from` has it.
std::optional<Series> series_of(const std::string& title, const std::vector<std::string>& names, const json& from,
                                const char* key) {
  Series series{title, {}, {}};
  bool any = false;
  for (const std::string& name : names) {
    std::optional<double> y;
    for (const json& layer : from)
      if (layer.at("name") == name && layer.contains(key)) y = layer.at(key).get<double>();
    any = any || y;
    series.y.push_back(y);
  }
  return any ? std::optional(std::move(series)) : std::nullopt;
}

/// Where the numbers of one kind stand: by the estimate, Yosys and routing; null where none tells them.
struct Kind {
  const char *title, *estimate, *synthesised, *routed;
};

/// Numbers of one kind, layer by layer: the estimate's, each family's, and those after routing.
Rows by_layer(const json& proof, const Kind& kind) {
  Rows rows{kind.title, "Layers in the order of the data.", kind.title, {}, {}};
  const json &layers = proof.at("resources").at("layers"), &routed = proof.at("routed");
  for (const json& layer : layers) rows.names.push_back(layer.at("name"));
  const auto add = [&](const std::string& title, const json& from, const char* key) {
    if (key == nullptr) return;
    if (auto series = series_of(title, rows.names, from, key)) rows.series.push_back(std::move(*series));
  };
  add("estimate", layers, kind.estimate);
  for (const json& synthesis : proof.at("synthesis"))
    add("Yosys, " + text(synthesis.at("family")), synthesis.at("layers"), kind.synthesised);
  if (!routed.is_null()) add("routed", routed.at("layers"), kind.routed);
  return rows;
}

void add_firmware(const json& proof, Page& page) {
  page.tables.push_back(expenses(proof));
  if (const json& after = proof.at("routed"); !after.is_null()) {
    page.tables.push_back(routed(after));
    if (!after.at("layers").empty()) page.tables.push_back(routed_layers(after.at("layers")));
  }
  for (const json& synthesis : proof.at("synthesis")) page.tables.push_back(cells(synthesis));
  for (const Kind& kind :
       {Kind{"look-up tables", "tables", "luts", "luts"}, Kind{"flip-flops", nullptr, "flip_flops", "registers"},
        Kind{"carry cells", "carries", "carries", nullptr}, Kind{"adders", "adders", nullptr, nullptr}})
    if (Rows rows = by_layer(proof, kind); !rows.series.empty()) page.figures.push_back(std::move(rows));
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

Page page_of(const deploy::Network& network, const json& proof) {
  const bool proven = proof.at("proven");
  Page page;
  page.title = "Deployment of " + network.name;
  page.subtitle = proven ? "All products that ran give the same integers." : "Not proven.";
  page.facts = {{"model", proof.at("model").at("file")},
                {"sha256", proof.at("model").at("sha256")},
                {"proven", proven ? "yes" : "no"},
                {"complete", proof.at("complete").get<bool>() ? "yes" : "no: some were not run"},
                {"events", count(proof.at("events"))},
                {"files", std::to_string(proof.at("products").size())}};
  if (!proven) page.warnings.push_back("This deployment is not proven: see the verdicts.");
  for (const json& warning : proof.at("warnings")) page.warnings.push_back(warning);
  page.tables = {contenders(proof)};
  if (!proof.at("efficiencies").is_null()) page.tables.push_back(thresholds(proof.at("efficiencies")));
  if (!proof.at("resources").is_null()) add_firmware(proof, page);
  page.tables.push_back(layers(network));
  page.tables.push_back(sets(proof));
  return page;
}

}  // namespace

Page deployment_page(const deploy::Network& network, std::string_view proof_json) {
  try {
    return page_of(network, json::parse(proof_json));
  } catch (const json::exception& e) {
    throw core::Error(core::ErrorCode::damaged, "is no proof: " + core::escaped(e.what()));
  }
}

}  // namespace trigloop::report::deployed
