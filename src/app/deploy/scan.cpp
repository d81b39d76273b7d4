// trigloop deploy scan: efficiency against cost over bit widths.
#include "deploy/scan/scan.hpp"

#include <fmt/format.h>

#include <iostream>
#include <memory>
#include <numeric>

#include "app/deploy/deploy.hpp"
#include "app/deploy/samples.hpp"
#include "core/error.hpp"
#include "core/json_writer.hpp"
#include "core/parallel.hpp"
#include "core/progress.hpp"
#include "core/scratch.hpp"
#include "deploy/verilog/project.hpp"
#include "evaluate/evaluate.hpp"
#include "model/load.hpp"
#include "report/page.hpp"

namespace trigloop::app {
namespace {

namespace fs = std::filesystem;

struct Options {
  std::string model, normalisation, background, signals, config, page;
  std::vector<int> weights{0, 6, 5, 4, 3}, activations{0};
  double rate = 1;
  std::uint64_t events = 100000;
  double budget = 0;
  bool json = false;
};

/// The mean over the signals of the share that passes the firmware's raw threshold.
double mean_efficiency(const evaluate::Evaluation& evaluation) {
  constexpr auto raw = static_cast<std::size_t>(evaluate::Kind::raw);
  constexpr auto firmware = static_cast<std::size_t>(evaluate::Rule::firmware);
  double sum = 0;
  for (const evaluate::SignalTable& signal : evaluation.signals) sum += signal.rates[0][firmware][raw][raw].value();
  return evaluation.signals.empty() ? 0 : sum / static_cast<double>(evaluation.signals.size());
}

deploy::ScanPoint measure(const Options& options, const config::Config& config, const model::Graph& graph,
                          const fs::path& work) {
  deploy::ScanPoint point;
  point.ebops = deploy::effective_bit_operations(graph);
  if (options.budget > 0) {
    deploy::VerilogOptions how;
    how.budget = options.budget;
    const deploy::VerilogDesign design = deploy::make_verilog(graph, how);
    point.adders = design.estimate.adders;
    point.tables = static_cast<std::size_t>(design.estimate.tables);
  }
  const score::Scorer scorer(graph);
  DeploySampleOptions samples;
  samples.background = options.background;
  samples.signals = options.signals;
  samples.events = options.events;
  samples.threads = core::available_cores();
  const DeploySamples nature = read_deploy_samples(scorer, config, samples, work);
  evaluate::EvaluateOptions how;
  how.rates_khz = {options.rate};
  how.crossings = evaluate::Crossings(config.number("threshold.bc_khz"));
  how.ht_threshold = config.number("threshold.ht_threshold");
  how.bootstrap.replicas = 1;
  point.efficiency = mean_efficiency(evaluate::evaluate(nature.background, nature.signals, how));
  return point;
}

std::string label(int bits) { return bits == 0 ? "all" : std::to_string(bits); }

void draw(const Options& options, const std::vector<deploy::ScanPoint>& points) {
  report::Page page;
  page.title = "Efficiency against cost";
  page.subtitle = "Weights and activations with fewer bits, not trained again";
  page.facts = {
      {"model", fs::path(options.model).filename().string()},
      {"rate", fmt::format("{:g} kHz", options.rate)},
      {"zero bias", options.background.empty() ? "simulated" : fs::path(options.background).filename().string()}};
  const bool by_adders = options.budget > 0;
  report::Curves curves{"Pareto front",
                        "Mean efficiency of the signals at the rate, by the firmware's threshold.",
                        by_adders ? "adders of the firmware" : "effective bit operations",
                        "efficiency",
                        false,
                        false,
                        {}};
  report::Series all{"tried", {}, {}}, best{"best", {}, {}};
  report::Table table{"Points", "", {"weights", "activations", "EBOPs", "adders", "efficiency", "best"}, {}};
  std::vector<deploy::ScanPoint> sorted = points;
  const auto cost = [&](const deploy::ScanPoint& p) { return by_adders ? p.adders : p.ebops; };
  std::ranges::sort(sorted, {}, cost);
  for (const deploy::ScanPoint& p : sorted) {
    report::Series& series = p.is_best ? best : all;
    series.x.push_back(static_cast<double>(cost(p)));
    series.y.emplace_back(p.efficiency);
    table.rows.push_back({label(p.weight_bits), label(p.activation_bits), std::to_string(p.ebops),
                          by_adders ? std::to_string(p.adders) : "", fmt::format("{:.5f}", p.efficiency),
                          p.is_best ? "yes" : ""});
  }
  curves.series = {best, all};
  page.figures = {curves};
  page.tables = {table};
  report::write_page(page, options.page);
}

std::string as_json(const Options& options, const std::vector<deploy::ScanPoint>& points) {
  core::JsonWriter json;
  json.begin_object().member("rate_khz", options.rate).key("points").begin_array();
  for (const deploy::ScanPoint& p : points) {
    json.begin_object().member("weight_bits", p.weight_bits).member("activation_bits", p.activation_bits);
    json.member("ebops", p.ebops);
    if (options.budget > 0) json.member("adders", p.adders).member("tables", p.tables);
    json.member("efficiency", p.efficiency).member("best", p.is_best).end_object();
  }
  return json.end_array().end_object().text() + "\n";
}

std::string as_text(const Options& options, const std::vector<deploy::ScanPoint>& points) {
  std::string text = "weights  activations     EBOPs   adders  efficiency  best\n";
  for (const deploy::ScanPoint& p : points)
    text +=
        fmt::format("{:>7} {:>12} {:>9} {:>8} {:>11.5f}  {}\n", label(p.weight_bits), label(p.activation_bits), p.ebops,
                    options.budget > 0 ? std::to_string(p.adders) : "-", p.efficiency, p.is_best ? "yes" : "");
  return text;
}

void scan(const Options& options) {
  const config::Config config =
      options.config.empty() ? config::Config::master() : config::Config::load(options.config);
  const model::Graph graph = model::load(options.model, {options.normalisation});
  core::Progress progress("scan", options.weights.size() * options.activations.size(), "points",
                          options.json ? core::ProgressMode::quiet : core::ProgressMode::automatic);
  std::vector<deploy::ScanPoint> points;
  for (const int weight_bits : options.weights)
    for (const int activation_bits : options.activations) {
      const core::ScratchFolder work;
      deploy::ScanPoint point =
          measure(options, config, deploy::requantised(graph, weight_bits, activation_bits), work.path());
      point.weight_bits = weight_bits;
      point.activation_bits = activation_bits;
      points.push_back(point);
      progress.advance(1);
    }
  deploy::mark_best(points);
  if (!options.page.empty()) draw(options, points);
  std::cout << (options.json ? as_json(options, points) : as_text(options, points));
}

}  // namespace

void add_deploy_scan(CLI::App& deploy) {
  auto options = std::make_shared<Options>();
  CLI::App* command = deploy.add_subcommand("scan", "Show what fewer bits cost and save, as a Pareto front");
  command->add_option("--model", options->model, "QONNX, or a QKeras .h5")->required();
  command->add_option("--normalisation", options->normalisation,
                      "Bias and scale of a QKeras model's inputs: Data.h5, complete.h5 or YAML");
  command->add_option("--weights", options->weights, "Bits of weights to try; 0: as they are")
      ->check(CLI::Range(0, 32))
      ->capture_default_str();
  command->add_option("--activations", options->activations, "Bits of activations to try; 0: as they are")
      ->check(CLI::Range(0, 32))
      ->capture_default_str();
  command->add_option("--background", options->background,
                      "Zero bias in the training package's HDF5; without: simulated");
  command->add_option("--signals", options->signals, "Signals in the training package's HDF5");
  command->add_option("--config", options->config, "Configuration of the objects");
  command->add_option("--rate", options->rate, "kHz at which efficiencies are taken")->capture_default_str();
  command->add_option("--events", options->events, "Of zero bias, at most")->capture_default_str();
  command->add_option("--adders", options->budget,
                      "Estimate the firmware, too, with so many seconds of search a point");
  command->add_option("--page", options->page, "Draw the front into this HTML file");
  command->add_flag("--json", options->json, "For programs");
  command->footer(R"(The network is not trained again: what a point loses here, a training with these bits may win back.

Examples:
  trigloop deploy scan --model axol1tl_v5.onnx --background zerobias.h5 --signals signals.h5
  trigloop deploy scan --model axol1tl_v5.onnx --weights 0 5 4 --activations 0 8 6 --adders 1 --page front.html)");
  command->callback([options] { scan(*options); });
}

}  // namespace trigloop::app
