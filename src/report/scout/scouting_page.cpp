#include "report/scout/scouting_page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/text.hpp"
#include "report/scout/removal.hpp"
#include "report/scout/tails.hpp"
#include "scout/history/rates.hpp"

namespace trigloop::report::scouting {
namespace {

namespace fs = std::filesystem;
using score::Cumulative;
using score::Spectrum;

constexpr std::size_t score_bins = 120;

struct Lumi {
  event::LumiKey key;
  Spectrum all, pure;
};

/// All that the figures show, but for the events.
struct Run {
  std::vector<Lumi> lumis;
  Spectrum all, pure, noncolliding;
  scout::Identity identity;
  bool menu() const noexcept { return !identity.menu.empty(); }
  bool one_run() const { return lumis.front().key.run == lumis.back().key.run; }
  double x(std::size_t i) const { return one_run() ? lumis[i].key.lumisection : static_cast<double>(i); }
  std::string x_title() const { return one_run() ? "lumisection" : "lumisection, in order"; }
};

Run read_run(const std::vector<fs::path>& places) {
  Run run;
  for (const fs::path& path : find_records(places)) {
    const scout::Record record = scout::read_record(path, scout::RecordPart::spectra);
    const bool first = run.lumis.empty();
    if (first) run.identity = record.identity;
    Lumi lumi{record.lumi(), record.all_spectrum(), run.menu() ? record.pure_spectrum() : Spectrum{}};
    if (first) {
      run.all = lumi.all;
      run.pure = lumi.pure;
      run.noncolliding = record.noncolliding_spectrum();
    } else {
      run.all.add(lumi.all);
      if (run.menu()) run.pure.add(lumi.pure);
      run.noncolliding.add(record.noncolliding_spectrum());
    }
    run.lumis.push_back(std::move(lumi));
  }
  return run;
}

/// Rates of each lumisection above a threshold, in both conventions.
void add_rates(Curves& curves, const Run& run, bool pure, std::int64_t threshold) {
  const std::string name = pure ? "pure" : "all";
  Series exact{name + ", exact", {}, {}, {}}, old{name + ", share of rows x crossing rate", {}, {}, {}};
  for (std::size_t i = 0; i < run.lumis.size(); ++i) {
    const Spectrum& spectrum = pure ? run.lumis[i].pure : run.lumis[i].all;
    const score::Exposure& exposure = run.lumis[i].all.exposure;
    const std::uint64_t n = Cumulative(spectrum).at_least(threshold);
    for (const bool is_exact : {true, false}) {
      const double rate = is_exact ? scout::exact_hertz(n, exposure) : scout::old_hertz(n, exposure);
      const double one = is_exact ? scout::exact_hertz(1, exposure) : scout::old_hertz(1, exposure);
      Series& series = is_exact ? exact : old;
      series.x.push_back(run.x(i));
      series.y.push_back(std::isfinite(rate) ? std::optional(rate) : std::nullopt);
      series.error.push_back(std::isfinite(one) ? one * std::sqrt(static_cast<double>(n)) : 0);
    }
  }
  curves.series.push_back(std::move(exact));
  curves.series.push_back(std::move(old));
}

void add_rate_figures(Page& page, const Run& run, const PageOptions& options) {
  const auto figure = [&](bool pure, double target) {
    const Spectrum& spectrum = pure ? run.pure : run.all;
    const auto point = scout::working_point(spectrum, spectrum.exposure, target);
    if (!point) return;
    const double score = spectrum.score(point->threshold);
    Curves curves{
        fmt::format("{} rate by lumisection", pure ? "Pure" : "Raw"),
        fmt::format("Events of score {} and more{}; the threshold that gives {} Hz over the whole run. Bars: the "
                    "square root of the count.",
                    score, pure ? " that no seed of the menu took" : "", target),
        run.x_title(),
        "rate (Hz)",
        false,
        false,
        {}};
    add_rates(curves, run, pure, point->threshold);
    page.figures.emplace_back(std::move(curves));
    page.facts.emplace_back(fmt::format("threshold for {} Hz {}", target, pure ? "pure" : "raw"),
                            fmt::format("score {}", score));
  };
  figure(false, options.raw_hz);
  if (run.menu()) figure(true, options.pure_hz);
}

/// Bins of scores up to the highest; the same for all figures.
struct ScoreAxis {
  double width = 1;
  explicit ScoreAxis(const Spectrum& spectrum) {
    const auto bins = spectrum.bins();
    const double highest = bins.empty() ? 1 : spectrum.score(bins.back().first);
    width = std::max(std::ldexp(1.0, -spectrum.fraction()), (std::max(highest, 0.0) + 1) / score_bins);
  }
  std::vector<double> fill(const Spectrum& spectrum) const {
    std::vector<double> counts(score_bins, 0);
    for (const auto& [code, n] : spectrum.bins()) {
      const double bin = std::clamp(std::floor(spectrum.score(code) / width), 0.0, static_cast<double>(score_bins - 1));
      counts[static_cast<std::size_t>(bin)] += static_cast<double>(n);
    }
    return counts;
  }
  std::vector<double> centres() const {
    std::vector<double> centres;
    for (std::size_t i = 0; i < score_bins; ++i) centres.push_back((static_cast<double>(i) + 0.5) * width);
    return centres;
  }
};

HeatMap heat_map(const Run& run, const ScoreAxis& axis) {
  HeatMap map{"Scores by lumisection",
              "Events in each bin of score, in a logarithmic scale of colour.",
              "score",
              run.x_title(),
              "events",
              axis.centres(),
              {},
              {},
              true};
  for (std::size_t i = 0; i < run.lumis.size(); ++i) {
    map.y.push_back(run.x(i));
    map.z.push_back(axis.fill(run.lumis[i].all));
  }
  return map;
}

Curves spectra(const Run& run, const ScoreAxis& axis) {
  Curves curves{
      "Score spectra", "All lumisections.", "score", fmt::format("events per {:.3g}", axis.width), true, true, {}};
  const auto add = [&](const char* name, const Spectrum& spectrum) {
    Series series{name, axis.centres(), {}, {}};
    for (const double n : axis.fill(spectrum)) series.y.emplace_back(n);
    curves.series.push_back(std::move(series));
  };
  add("all", run.all);
  if (run.menu()) add("pure: no seed of the menu", run.pure);
  if (run.noncolliding.total() > 0) add("crossings that do not collide", run.noncolliding);
  return curves;
}

std::string seeds_in_words(const std::vector<std::string>& seeds) {
  constexpr std::size_t most = 4;
  if (seeds.empty()) return " No seed of the menu took it.";
  std::string text = " Taken by ";
  for (std::size_t i = 0; i < std::min(seeds.size(), most); ++i) text += (i == 0 ? "" : ", ") + seeds[i];
  return text + (seeds.size() > most ? fmt::format(" and {} seeds more.", seeds.size() - most) : ".");
}

Table table_of(const Tails& tails, std::size_t rank, const ObjectReader& reader, const score::Scorer* scorer) {
  const KeptEvent& kept = tails.events[rank];
  const double score = std::ldexp(static_cast<double>(kept.event.code), -tails.identity.fraction);
  Table table;
  table.title = fmt::format("Strange event {}: score {}", rank + 1, score);
  table.caption = fmt::format("run {}, lumisection {}, orbit {}, crossing {}.", kept.lumi.run, kept.lumi.lumisection,
                              kept.event.orbit, kept.event.crossing);
  if (!tails.identity.menu.empty()) table.caption += seeds_in_words(seeds_of(tails.identity, kept.event));
  if (scorer == nullptr) {
    table.headers = {"object"};
    for (const Object& object : reader.objects(kept.event)) {
      if (!object.features.empty()) table.rows.push_back({object.words});
    }
    return table;
  }
  table.headers = {"without", "score", "change"};
  for (const Removal& removal : explain(reader, *scorer, kept.event, score).removals) {
    table.rows.push_back({removal.object.words, fmt::format("{}", removal.score),
                          fmt::format("{:+.1f} %", score == 0 ? 0.0 : 100 * (removal.score / score - 1))});
  }
  return table;
}

std::string runs_of(const Run& run) {
  const auto first = run.lumis.front().key.run, last = run.lumis.back().key.run;
  return first == last ? std::to_string(first) : fmt::format("{} to {}", first, last);
}

}  // namespace

Page scouting_page(const std::vector<fs::path>& places, const PageOptions& options) {
  const Run run = read_run(places);
  Page page;
  page.title = "Scouting, run " + runs_of(run);
  page.subtitle = fmt::format("{} lumisections scored by {}", run.lumis.size(), run.identity.model_name);
  page.facts = {{"events", core::with_commas(run.all.total())},
                {"orbits", core::with_commas(run.all.exposure.orbits)},
                {"data taking", fmt::format("{:.1f} s", static_cast<double>(run.all.exposure.nanoseconds) * 1e-9)},
                {"menu", run.menu() ? run.identity.menu_name : "none"}};
  const ScoreAxis axis(run.all);
  add_rate_figures(page, run, options);
  page.figures.emplace_back(heat_map(run, axis));
  page.figures.emplace_back(spectra(run, axis));
  const Tails tails = read_tails(places, options.strangest);
  const ObjectReader reader(options.layout ? *options.layout : event::find_layout(run.identity.layout),
                            run.identity.tail_layout);
  for (std::size_t i = 0; i < tails.events.size(); ++i)
    page.tables.push_back(table_of(tails, i, reader, options.scorer));
  return page;
}

}  // namespace trigloop::report::scouting
