#include "report/scout/scouting_page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/text.hpp"
#include "report/scout/removal.hpp"
#include "report/scout/tails.hpp"
#include "scout/history/history.hpp"
#include "scout/history/places.hpp"
#include "scout/history/rates.hpp"

namespace trigloop::report::scouting {
namespace {

namespace fs = std::filesystem;
using score::Spectrum;
using scout::Events;

constexpr std::size_t score_bins = 120;

/// All that the figures show, but for the events.
struct Run {
  scout::History history;
  Spectrum all, pure, noncolliding;

  explicit Run(const std::vector<fs::path>& records)
      : history(scout::read_history(records)),
        all(history.sum(Events::all)),
        pure(history.menu ? history.sum(Events::pure) : Spectrum()),
        noncolliding(history.sum(Events::noncolliding)) {}

  const std::vector<scout::Slice>& slices() const noexcept { return history.slices; }
  event::LumiKey first() const { return history.lumisections.front(); }
  event::LumiKey last() const { return history.lumisections.back(); }
  bool one_run() const { return first().run == last().run; }
  /// The middle of a slice; of several runs, its number.
  double x(std::size_t i) const {
    const scout::Slice& slice = slices()[i];
    return one_run() ? 0.5 * (slice.first.lumisection + slice.last.lumisection) : static_cast<double>(i);
  }
  std::string x_title() const { return one_run() ? "lumisection" : "lumisection, in order"; }
  /// Of captions: how many lumisections a point stands for.
  std::string a_point() const {
    const std::size_t most = slices().front().lumisections;
    return most == 1 ? "" : fmt::format(" Each point is {} lumisections.", most);
  }
};

/// Rates of each slice above a threshold, in both conventions.
void add_rates(Curves& curves, const Run& run, Events events, std::int64_t threshold) {
  const std::string name = events == Events::pure ? "pure" : "all";
  Series exact{name + ", exact", {}, {}, {}}, old{name + ", share of rows x crossing rate", {}, {}, {}};
  for (std::size_t i = 0; i < run.slices().size(); ++i) {
    const scout::Slice& slice = run.slices()[i];
    const score::Exposure& exposure = slice.exposure(Events::all);
    const std::uint64_t n = scout::at_least(slice.counts(events), threshold);
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

void add_rate_figure(Page& page, const Run& run, Events events, double target) {
  const bool pure = events == Events::pure;
  const Spectrum& spectrum = pure ? run.pure : run.all;
  const auto point = scout::working_point(spectrum, spectrum.exposure, target);
  if (!point) return;
  const double score = spectrum.score(point->threshold);
  Curves curves{fmt::format("{} rate by lumisection", pure ? "Pure" : "Raw"),
                fmt::format("Events of score {} and more{}; the threshold that gives {} Hz over the whole run. Bars: "
                            "the square root of the count.{}",
                            score, pure ? " that no seed of the menu took" : "", target, run.a_point()),
                run.x_title(),
                "rate (Hz)",
                false,
                false,
                {}};
  add_rates(curves, run, events, point->threshold);
  page.figures.emplace_back(std::move(curves));
  page.facts.emplace_back(fmt::format("threshold for {} Hz {}", target, pure ? "pure" : "raw"),
                          fmt::format("score {}", score));
}

/// Bins of scores up to the highest; the same for all figures.
struct ScoreAxis {
  double width = 1;
  int fraction = 0;
  explicit ScoreAxis(const Spectrum& spectrum) : fraction(spectrum.fraction()) {
    const auto bins = spectrum.bins();
    const double highest = bins.empty() ? 1 : spectrum.score(bins.back().first);
    width = std::max(std::ldexp(1.0, -spectrum.fraction()), (std::max(highest, 0.0) + 1) / score_bins);
  }
  std::vector<double> fill(const scout::Counts& counts) const {
    std::vector<double> filled(score_bins, 0);
    for (const auto& [code, n] : counts) {
      const double score = std::ldexp(static_cast<double>(code), -fraction);
      const double bin = std::clamp(std::floor(score / width), 0.0, static_cast<double>(score_bins - 1));
      filled[static_cast<std::size_t>(bin)] += static_cast<double>(n);
    }
    return filled;
  }
  std::vector<double> centres() const {
    std::vector<double> centres;
    for (std::size_t i = 0; i < score_bins; ++i) centres.push_back((static_cast<double>(i) + 0.5) * width);
    return centres;
  }
};

HeatMap heat_map(const Run& run, const ScoreAxis& axis) {
  HeatMap map{"Scores by lumisection",
              "Events in each bin of score, in a logarithmic scale of colour." + run.a_point(),
              "score",
              run.x_title(),
              "events",
              axis.centres(),
              {},
              {},
              true};
  for (std::size_t i = 0; i < run.slices().size(); ++i) {
    map.y.push_back(run.x(i));
    map.z.push_back(axis.fill(run.slices()[i].counts(Events::all)));
  }
  return map;
}

Curves spectra(const Run& run, const ScoreAxis& axis) {
  Curves curves{
      "Score spectra", "All lumisections.", "score", fmt::format("events per {:.3g}", axis.width), true, true, {}};
  const auto add = [&](const char* name, const Spectrum& spectrum) {
    Series series{name, axis.centres(), {}, {}};
    for (const double n : axis.fill(spectrum.bins())) series.y.emplace_back(n);
    curves.series.push_back(std::move(series));
  };
  add("all", run.all);
  if (run.history.menu) add("pure: no seed of the menu", run.pure);
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
  return run.one_run() ? std::to_string(run.first().run) : fmt::format("{} to {}", run.first().run, run.last().run);
}

}  // namespace

Page scouting_page(const std::vector<fs::path>& places, const PageOptions& options) {
  const std::vector<fs::path> records = scout::find_records(places, options.of);
  const Run run(records);
  const scout::Identity& identity = run.history.identity;
  Page page;
  page.title = "Scouting, run " + runs_of(run);
  page.subtitle = fmt::format("{} lumisections scored by {}", run.history.lumisections.size(), identity.model_name);
  page.facts = {{"events", core::with_commas(run.all.total())},
                {"orbits", core::with_commas(run.all.exposure.orbits)},
                {"data taking", fmt::format("{:.1f} s", static_cast<double>(run.all.exposure.nanoseconds) * 1e-9)},
                {"menu", run.history.menu ? identity.menu_name : "none"}};
  const ScoreAxis axis(run.all);
  add_rate_figure(page, run, Events::all, options.raw_hz);
  if (run.history.menu) add_rate_figure(page, run, Events::pure, options.pure_hz);
  page.figures.emplace_back(heat_map(run, axis));
  page.figures.emplace_back(spectra(run, axis));
  const Tails tails = read_tails(records, options.strangest);
  if (tails.events.empty()) return page;  // and no layout is needed
  const ObjectReader reader(options.layout ? *options.layout : event::find_layout(identity.layout),
                            identity.tail_layout);
  for (std::size_t i = 0; i < tails.events.size(); ++i)
    page.tables.push_back(table_of(tails, i, reader, options.scorer));
  return page;
}

}  // namespace trigloop::report::scouting
