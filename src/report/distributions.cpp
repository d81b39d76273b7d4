// Two passes over the file: the first finds the range of every column (io::summarise), so that no axis cuts anything
// off; the second fills. What is filled is decided once, as a Tally; figures are made from it at the end.
#include "report/distributions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/interrupt.hpp"
#include "core/parallel.hpp"
#include "core/text.hpp"
#include "core/units.hpp"
#include "io/bind.hpp"
#include "io/summary/summary.hpp"
#include "report/quantity.hpp"
#include "report/tally.hpp"

namespace trigloop::report {
namespace {

constexpr std::uint64_t entries_per_job = 1u << 16;
constexpr std::size_t spectrum_bins = 256, map_bins = 72, time_bins = 60;

/// What a fill of the tally is called, and how its numbers become quantities.
struct Label {
  std::string name;
  Quantity quantity;
};

struct Range {
  double min = 0, max = 0;
  bool integers = true, empty = true;
};

double as_double(const io::Number& number) {
  if (const auto* integer = std::get_if<core::Int128>(&number)) return static_cast<double>(*integer);
  const auto* real = std::get_if<double>(&number);
  return real != nullptr && std::isfinite(*real) ? *real : 0;
}

class Plan {
 public:
  Plan(const io::Source& source, const event::Layout& layout, unsigned threads)
      : layout_(layout), selection_(io::select_all(layout, source)), ranges_(selection_.columns.size()) {
    find_ranges(source, threads);
    plan_time();
    for (std::size_t i = 0; i < layout.collections.size(); ++i) plan_collection(i);
    if (const auto crossing = column(layout.key.crossing)) {
      tally_.values.push_back({*crossing, Histogram(axis(*crossing, core::crossings_per_orbit))});
      value_labels_.push_back({"crossings", {"bunch crossing", "", 1}});
    }
  }

  const io::Selection& selection() const noexcept { return selection_; }
  const Tally& tally() const noexcept { return tally_; }
  std::vector<Figure> figures(const Tally& filled) const;

 private:
  std::optional<std::size_t> column(const std::string& name) const {
    const auto found = std::ranges::find(selection_.columns, name);
    if (name.empty() || found == selection_.columns.end()) return {};
    return static_cast<std::size_t>(found - selection_.columns.begin());
  }
  Axis axis(std::size_t column, std::size_t bins) const {
    return Axis::covering(ranges_[column].min, ranges_[column].max, ranges_[column].integers, bins);
  }

  void find_ranges(const io::Source& source, unsigned threads);
  void plan_time();
  void plan_collection(std::size_t number);
  void plan_items(const event::Collection& collection, const event::ItemBlock& block);
  Curves spectra() const;

  const event::Layout& layout_;
  io::Selection selection_;
  std::vector<Range> ranges_;
  Tally tally_;
  std::vector<Label> value_labels_, count_labels_, pair_labels_, item_labels_;
  std::vector<Quantity> pair_y_;
  std::optional<std::size_t> time_;
  Quantity time_quantity_;
};

void Plan::find_ranges(const io::Source& source, unsigned threads) {
  io::SummaryOptions options;
  options.table = selection_.table;
  options.cycle = selection_.cycle;
  options.threads = threads;
  options.only = selection_.columns;
  const io::Summary summary = io::summarise(source, options);
  if (const core::Error* error = summary.first_error()) throw *error;
  for (const io::ColumnSummary& one : summary.tables.at(0).columns) {
    const io::Statistics& s = one.statistics;
    ranges_[*column(one.info.name)] = {as_double(s.min()), as_double(s.max()), !s.floating(), s.values() == s.nan()};
  }
}

void Plan::plan_time() {
  const event::Key& key = layout_.key;
  if (key.kind == event::KeyKind::cms) {
    time_ = column(key.orbit);
    time_quantity_ = {"time since the first orbit", "s", 1 / core::orbit_rate_hz};
  } else if (key.kind == event::KeyKind::block) {
    time_ = column(key.block);
    time_quantity_ = {"block", "", 1};
  } else if (key.kind == event::KeyKind::time) {
    time_ = column(key.time.column);
    time_quantity_ = {"time since the first event", "s", key.time.scale};
  }
}

void Plan::plan_collection(std::size_t number) {
  const event::Collection& collection = layout_.collections[number];
  for (const event::Block& block : layout_.blocks) {
    const auto* item = std::get_if<event::ItemBlock>(&block);
    if (item != nullptr && item->collection == number) return plan_items(collection, *item);
  }
  std::optional<std::size_t> eta, phi;
  for (const event::Field& field : collection.fields) {
    const auto at = column(field.use.column);
    if (!at || ranges_[*at].empty) continue;
    if (field.name == "pt") {
      tally_.counts.push_back({*at, Histogram({-0.5, 1, 32})});
      count_labels_.push_back({collection.name, {}});
      tally_.values.push_back({*at, Histogram(axis(*at, spectrum_bins))});
      value_labels_.push_back({collection.name, quantity_of(layout_, collection, field.name)});
    }
    if (field.name == "eta") eta = at;
    if (field.name == "phi") phi = at;
  }
  if (!eta || !phi) return;
  tally_.pairs.push_back({*eta, *phi, Histogram2D(axis(*eta, map_bins), axis(*phi, map_bins))});
  pair_labels_.push_back({collection.name, quantity_of(layout_, collection, "eta")});
  pair_y_.push_back(quantity_of(layout_, collection, "phi"));
}

void Plan::plan_items(const event::Collection& collection, const event::ItemBlock& block) {
  if (block.fields.empty() || block.fields[0] < 0) return;
  const event::Field& field = collection.fields[static_cast<std::size_t>(block.fields[0])];
  const auto at = column(field.use.column);
  if (!at || ranges_[*at].empty) return;
  std::optional<std::size_t> type;
  if (block.where) type = column(collection.fields[*block.where].use.column);
  // The types of the energy sums, and their order in files that do not tell them (CMSSW, l1t::EtSum).
  std::vector<std::pair<std::string, std::int64_t>> wanted{{collection.name, block.value}};
  if (layout_.name == event::cms_l1_scouting) wanted = {{"total ET", 0}, {"missing ET", 2}, {"total HT", 3}};
  for (const auto& [name, value] : wanted) {
    const std::size_t index = value == block.value ? block.else_index : static_cast<std::size_t>(value);
    ItemFill fill{*at, type, time_, static_cast<double>(value), index, Histogram(axis(*at, spectrum_bins)), {}};
    if (time_) fill.profile = Profile(axis(*time_, time_bins));
    tally_.items.push_back(std::move(fill));
    item_labels_.push_back({name, quantity_of(layout_, collection, field.name)});
  }
}

Series series_of(const Histogram& histogram, const Label& label) {
  Series series{label.name, {}, {}};
  for (std::size_t i = 0; i < histogram.axis().bins; ++i) {
    series.x.push_back(histogram.axis().centre(i) * label.quantity.scale);
    series.y.emplace_back(static_cast<double>(histogram.count(i)));
  }
  return series;
}

/// Leaves out empty bins at the end.
void trim(Series& series) {
  while (series.y.size() > 1 && *series.y.back() == 0) {
    series.y.pop_back();
    series.x.pop_back();
  }
}

std::string per_bin(const Axis& axis, const Quantity& quantity) {
  if (quantity.unit.empty()) return "items";
  return fmt::format("items per {:.3g} {}", axis.width * quantity.scale, quantity.unit);
}

HeatMap map_of(const Histogram2D& histogram, const Label& label, const Quantity& y) {
  HeatMap map{label.name + ": occupancy", "Items per cell.", label.quantity.title(), y.title(), "items", {}, {}, {}};
  for (std::size_t i = 0; i < histogram.x().bins; ++i) map.x.push_back(histogram.x().centre(i) * label.quantity.scale);
  for (std::size_t j = 0; j < histogram.y().bins; ++j) {
    map.y.push_back(histogram.y().centre(j) * y.scale);
    std::vector<double>& row = map.z.emplace_back();
    for (std::size_t i = 0; i < histogram.x().bins; ++i) row.push_back(static_cast<double>(histogram.count(i, j)));
  }
  return map;
}

Series series_of(const Profile& profile, const Label& label, const Quantity& time) {
  Series series{label.name, {}, {}};
  const double start = profile.axis().low;
  for (std::size_t i = 0; i < profile.axis().bins; ++i) {
    series.x.push_back((profile.axis().centre(i) - start) * time.scale);
    if (profile.count(i) > 0) {
      series.y.emplace_back(profile.mean(i) * label.quantity.scale);
    } else {
      series.y.emplace_back();
    }
  }
  return series;
}

std::vector<Figure> Plan::figures(const Tally& filled) const {
  std::vector<Figure> figures;
  Curves counts{"Objects per event",
                "How many items of each collection an event holds.",
                "items in an event",
                "events",
                true,
                true,
                {}};
  for (std::size_t i = 0; i < filled.counts.size(); ++i) {
    trim(counts.series.emplace_back(series_of(filled.counts[i].histogram, count_labels_[i])));
  }
  if (!counts.series.empty()) figures.emplace_back(counts);

  Curves sums{"Energy sums", "One value an event.", "", "events", true, true, {}};
  Curves means{"Energy sums over time",
               "Mean of each time bin; a change of slope or level is drift.",
               time_quantity_.title(),
               "",
               false,
               false,
               {}};
  for (std::size_t i = 0; i < filled.items.size(); ++i) {
    sums.x_title = item_labels_[i].quantity.title();
    means.y_title = "mean " + item_labels_[i].quantity.title();
    trim(sums.series.emplace_back(series_of(filled.items[i].histogram, item_labels_[i])));
    if (time_) means.series.push_back(series_of(filled.items[i].profile, item_labels_[i], time_quantity_));
  }
  if (!sums.series.empty()) figures.emplace_back(sums);

  for (std::size_t i = 0; i < filled.values.size(); ++i) {
    const Label& label = value_labels_[i];
    const Histogram& histogram = filled.values[i].histogram;
    const bool crossing = label.name == "crossings";
    Curves curves{crossing ? "Bunch crossings" : label.name + ": spectrum",
                  crossing ? "Events in each crossing of the orbit." : "All items of the collection.",
                  label.quantity.title(),
                  crossing ? "events" : per_bin(histogram.axis(), label.quantity),
                  true,
                  !crossing,
                  {series_of(histogram, label)}};
    figures.emplace_back(curves);
  }
  for (std::size_t i = 0; i < filled.pairs.size(); ++i) {
    figures.emplace_back(map_of(filled.pairs[i].histogram, pair_labels_[i], pair_y_[i]));
  }
  if (!means.series.empty()) figures.emplace_back(means);
  return figures;
}

Tally fill(const io::Source& source, const Plan& plan, unsigned threads) {
  if (threads == 0) threads = core::available_cores();
  struct Worker {
    std::unique_ptr<io::ColumnReader> reader;
    event::Columns cluster;
    DoubleColumns columns;
    Tally tally;
  };
  std::vector<Worker> workers(threads);
  for (Worker& worker : workers) worker.tally = plan.tally();
  const auto ranges = source.split(plan.selection(), entries_per_job);
  core::parallel_for(ranges.size(), threads, [&](std::size_t i, unsigned number) {
    Worker& worker = workers[number];
    if (!worker.reader) worker.reader = source.read(plan.selection());
    worker.reader->rewind(ranges[i]);
    while (worker.reader->next(worker.cluster)) {
      core::stop_if_interrupted();
      worker.columns.assign(worker.cluster);
      worker.tally.fill(worker.columns);
    }
  });
  for (std::size_t i = 1; i < workers.size(); ++i) workers[0].tally.merge(workers[i].tally);
  return std::move(workers[0].tally);
}

}  // namespace

Page distributions(const io::Source& source, const event::Layout& layout, unsigned threads) {
  const Plan plan(source, layout, threads);
  const io::TableInfo& table = io::find_table(source.info(), layout.table);
  Page page;
  page.title = source.info().path.filename().native();
  page.subtitle = layout.about.empty() ? layout.name : layout.about;
  page.facts = {{"events", core::with_commas(table.entries)},
                {"format", source.info().format},
                {"size", core::human_bytes(source.info().bytes)},
                {"layout", layout.name}};
  page.figures = plan.figures(fill(source, plan, threads));
  return page;
}

}  // namespace trigloop::report
