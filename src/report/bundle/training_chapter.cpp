// The history of the training, its cost in hardware, and where all came from.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <map>

#include "core/text.hpp"
#include "report/bundle/chapters.hpp"
#include "report/bundle/numbers.hpp"

namespace trigloop::report::bundles {
namespace {

using bundle::Bundle;
using bundle::HistoryColumn;

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

/// Which figure a column belongs to; "" for counts of epochs, which are the axis.
std::string group_of(const std::string& column) {
  const std::string name = lower(column);
  if (name.starts_with("epoch")) return "";
  if (name.starts_with("lr")) return "Learning rates";
  if (name.find("vicreg") != name.npos || name.find("contrastive") != name.npos) return "Losses, contrastive stage";
  if (name.find("vae") != name.npos) return "Losses, autoencoder stage";
  return "Losses and monitors";
}

bool has_equal(const Curves& curves, const std::vector<std::optional<double>>& values) {
  return std::ranges::any_of(curves.series, [&](const Series& series) { return series.y == values; });
}

std::vector<std::optional<double>> finite(const std::vector<double>& values) {
  std::vector<std::optional<double>> result;
  for (const double v : values) result.push_back(std::isfinite(v) ? std::optional(v) : std::nullopt);
  return result;
}

Series series_of(std::string name, const std::vector<double>& values) {
  Series series{std::move(name), {}, finite(values)};
  for (std::size_t i = 0; i < values.size(); ++i) series.x.push_back(static_cast<double>(i + 1));
  return series;
}

/// Columns "KIND/SIGNAL" by signal.
Choice efficiencies(const Bundle& bundle) {
  Choice choice{"Efficiency while training",
                "Of events not seen in training, at the working point of the training.",
                "signal",
                {}};
  for (const HistoryColumn& column : bundle.history) {
    const std::size_t slash = column.name.find('/');
    if (slash == std::string::npos) continue;
    const std::string signal = column.name.substr(slash + 1);
    auto found = std::ranges::find(choice.plots, signal, [](const auto& plot) { return plot.first; });
    if (found == choice.plots.end()) {
      choice.plots.emplace_back(signal, Curves{"", "", "epoch", "efficiency (%)", false, false, {}, false, {}});
      found = choice.plots.end() - 1;
    }
    std::get<Curves>(found->second).series.push_back(series_of(column.name.substr(0, slash), column.values));
  }
  return choice;
}

}  // namespace

Section training_chapter(const Bundle& bundle) {
  Section section{"Training", "What each epoch gave."};
  std::map<std::string, Curves> groups;
  for (const HistoryColumn& column : bundle.history) {
    const std::string group = group_of(column.name);
    if (group.empty() || column.name.find('/') != std::string::npos) continue;
    Curves& curves = groups
                         .try_emplace(group, Curves{group,
                                                    "",
                                                    "epoch",
                                                    group == "Learning rates" ? "learning rate" : "loss",
                                                    false,
                                                    true,
                                                    {},
                                                    false,
                                                    {}})
                         .first->second;
    // The package writes some columns twice, under two names.
    Series series = series_of(column.name, column.values);
    if (!has_equal(curves, series.y)) curves.series.push_back(std::move(series));
  }
  for (auto& [name, curves] : groups) section.figures.emplace_back(std::move(curves));
  if (Choice choice = efficiencies(bundle); !choice.plots.empty()) section.figures.emplace_back(std::move(choice));
  if (section.figures.empty()) section.absent.push_back("history of the training: the bundle has none");
  return section;
}

Section cost_chapter(const Bundle& bundle) {
  Section section{"Bits and cost",
                  "Widths that hold every value, proven from the input's type on, and what multiplications cost."};
  if (bundle.layers.empty()) {
    section.absent.push_back("bits and cost: the bundle has no network that was imported exactly");
    return section;
  }
  Table table{"Layers",
              "EBOPs: effective bit operations, about the number of look-up tables that distributed arithmetic needs. "
              "Working bits: of the widest intermediate.",
              {"layer", "operation", "features", "type", "bits", "working bits", "non-zero constants", "EBOPs"},
              {},
              {}};
  std::uint64_t sum = 0;
  for (const model::Layer& layer : bundle.layers) {
    table.rows.push_back({layer.name, layer.operation, std::to_string(layer.features), layer.type,
                          std::to_string(layer.bits), std::to_string(layer.working_bits),
                          layer.constants == 0 ? "" : fmt::format("{} of {}", layer.non_zero, layer.constants),
                          layer.ebops == 0 ? "" : core::with_commas(layer.ebops)});
    sum += layer.ebops;
  }
  table.caption += " In all " + core::with_commas(sum) + " EBOPs.";
  section.tables.push_back(std::move(table));
  return section;
}

Section lineage_chapter(const Bundle& bundle) {
  Section section{"Where it comes from", "Identities of all that this depends on."};
  if (bundle.lineage.empty()) {
    section.absent.push_back("identities of data, code and parents: not recorded");
    return section;
  }
  Table table{"Lineage", "SHA-256 where nothing else is said.", {"of", "identity"}, {}, {}};
  for (const bundle::LineageId& id : bundle.lineage) table.rows.push_back({id.of, id.id});
  section.tables.push_back(std::move(table));
  return section;
}

}  // namespace trigloop::report::bundles
