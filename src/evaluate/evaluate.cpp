#include "evaluate/evaluate.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "core/error.hpp"

namespace trigloop::evaluate {
namespace {

using core::Error;
using core::ErrorCode;

std::size_t at(Rule rule) { return static_cast<std::size_t>(rule); }
constexpr std::array both_kinds = {Kind::raw, Kind::pure};

void check(int fraction, std::span<const Sample> signals, const EvaluateOptions& options) {
  for (const double rate : options.rates_khz) {
    if (!(rate > 0 && rate < options.crossings.khz()))
      throw Error(ErrorCode::usage, "a target rate of " + std::to_string(rate) + " kHz is not between 0 and the " +
                                        std::to_string(options.crossings.khz()) + " kHz of colliding crossings");
  }
  for (const Sample& signal : signals) {
    if (signal.fraction != fraction)
      throw Error(ErrorCode::mismatch, "'" + signal.name + "' was scored in other steps than the background");
  }
}

/// Thresholds of one kind, for all rates.
class KindTable {
 public:
  KindTable(const Stream& stream, const score::Spectrum& spectrum, const EvaluateOptions& options, Kind kind)
      : stream_(stream), spectrum_(spectrum), options_(options), kind_(kind) {
    errors_ =
        threshold_errors(spectrum, stream.scores.all.total(), options.crossings, options.rates_khz, options.bootstrap);
  }

  KindThreshold threshold(std::size_t rate, const Ranks& ranks, const PackageRule& package) {
    const double khz = options_.rates_khz[rate];
    KindThreshold result;
    const Threshold firmware = firmware_threshold(ranks, options_.crossings, kind_, khz);
    result.by_rule[at(Rule::firmware)] = firmware;
    result.by_rule[at(Rule::package)] = package.threshold(kind_, khz);
    result.error = errors_[rate];
    result.is_sparse = (kind_ == Kind::raw ? firmware.raw : firmware.pure) < few_events;
    if (result.is_sparse && fit()) result.tail = extrapolate(*fit(), khz / options_.crossings.khz());
    return result;
  }
  const std::optional<TailFit>& made() const noexcept { return fit_; }

 private:
  const std::optional<TailFit>& fit() {
    if (!tried_) fit_ = fit_tail(spectrum_, stream_.scores.all.total(), stream_.highest);
    tried_ = true;
    return fit_;
  }

  const Stream& stream_;
  const score::Spectrum& spectrum_;
  const EvaluateOptions& options_;
  Kind kind_;
  std::vector<double> errors_;
  std::optional<TailFit> fit_;
  bool tried_ = false;
};

std::vector<RateRow> make_rows(const Stream& background, const Ranks& ranks, const EvaluateOptions& options,
                               Evaluation& evaluation) {
  const PackageRule package(ranks, options.crossings);
  std::vector<RateRow> rows(options.rates_khz.size());
  for (std::size_t k = 0; k < kinds; ++k) {
    const Scores& scores = background.scores;
    KindTable table(background, k == 0 ? scores.all : scores.pure, options, both_kinds[k]);
    for (std::size_t r = 0; r < rows.size(); ++r) {
      rows[r].rate_khz = options.rates_khz[r];
      rows[r].raw_of_pure = package.raw_of_pure(options.rates_khz[r]);
      rows[r].thresholds[k] = table.threshold(r, ranks, package);
    }
    evaluation.tails[k] = table.made();
  }
  return rows;
}

Columns columns_at(const Ranks& signal, const RateRow& row, std::size_t rule) {
  Columns columns;
  for (std::size_t events = 0; events < kinds; ++events) {
    for (std::size_t above = 0; above < kinds; ++above) {
      const std::int64_t code = row.thresholds[above].by_rule[rule].code;
      columns[events][above] = proportion(signal.of(both_kinds[events]).at_least(code), signal.all.total());
    }
  }
  return columns;
}

SignalTable signal_table(const Sample& sample, const Ranks& ranks, const std::vector<RateRow>& rows,
                         const EvaluateOptions& options) {
  SignalTable table{sample.name, sample.events(), {}, {}, {}};
  if (!sample.fired.empty()) table.l1 = proportion(sample.events() - ranks.pure.total(), sample.events());
  if (!sample.ht.empty()) {
    const auto above = std::ranges::count_if(sample.ht, [&](float ht) { return ht > options.ht_threshold; });
    table.ht = proportion(static_cast<std::uint64_t>(above), sample.events());
  }
  for (const RateRow& row : rows) {
    std::array<Columns, rules>& by_rule = table.rates.emplace_back();
    for (std::size_t rule = 0; rule < rules; ++rule) by_rule[rule] = columns_at(ranks, row, rule);
  }
  return table;
}

/// Counts events, and those that pass each threshold, in each bin of pile-up that occurs.
PileupTable pileup_table(const Sample& sample, const std::vector<RateRow>& rows, double step) {
  struct Counts {
    std::uint64_t events = 0;
    std::vector<std::uint64_t> passing;
  };
  std::vector<std::int64_t> codes;
  for (const RateRow& row : rows)
    codes.push_back(row.thresholds[static_cast<std::size_t>(Kind::raw)].by_rule[at(Rule::firmware)].code);
  const std::int64_t least = codes.empty() ? 0 : *std::ranges::min_element(codes);
  std::map<std::int64_t, Counts> bins;
  for (std::size_t e = 0; e < sample.events(); ++e) {
    const double bin = std::floor(static_cast<double>(sample.pileup[e]) / step);
    if (!(std::abs(bin) < 1e6)) continue;  // no number of collisions
    Counts& counts = bins[static_cast<std::int64_t>(bin)];
    counts.passing.resize(rows.size());
    ++counts.events;
    if (sample.codes[e] < least) continue;
    for (std::size_t r = 0; r < rows.size(); ++r) {
      if (sample.codes[e] >= codes[r]) ++counts.passing[r];
    }
  }
  PileupTable table{sample.name, {}};
  for (const auto& [bin, counts] : bins) {
    const double low = static_cast<double>(bin) * step;
    table.bins.push_back({low, low + step, counts.events, {}});
    for (const std::uint64_t n : counts.passing) table.bins.back().passing.push_back(proportion(n, counts.events));
  }
  return table;
}

EmbeddingTable::Events project(const Sample& sample, const Components& components) {
  EmbeddingTable::Events out{sample.name, {}, {}, sample.hidden.scores};
  const std::size_t n = sample.hidden.features;
  const auto along = [&](std::size_t event, std::size_t component) {
    double sum = 0;
    for (std::size_t f = 0; f < n && component < components.directions.size(); ++f)
      sum += (sample.hidden.values[event * n + f] - components.mean[f]) * components.directions[component][f];
    return sum;
  };
  for (std::size_t e = 0; e < sample.hidden.events(); ++e) {
    out.x.push_back(along(e, 0));
    out.y.push_back(along(e, 1));
  }
  return out;
}

/// What is known of hidden features, if anything is.
void add_hidden(const Sample& background, std::span<const Sample> signals, Evaluation& result) {
  if (background.hidden.events() == 0) return;
  EmbeddingTable& table = result.embedding.emplace();
  table.tensor = background.hidden.tensor;
  table.components = principal_components(background.hidden.values, background.hidden.features);
  const auto add = [&](const Sample& sample) {
    table.samples.push_back(project(sample, table.components));
    for (Rebuilt& rebuilt : compare_rebuilt(sample.name, sample.hidden)) result.rebuilt.push_back(std::move(rebuilt));
  };
  add(background);
  for (const Sample& signal : signals) add(signal);
}

}  // namespace

Evaluation evaluate(const Stream& background, std::span<const Sample> signals, const EvaluateOptions& options) {
  check(background.scores.all.fraction(), signals, options);
  Evaluation result;
  result.options = options;
  result.fraction = background.scores.all.fraction();
  result.background = background.name;
  result.knows_l1 = background.knows_l1;
  const Ranks ranks(background.scores);
  result.events = ranks.all.total();
  result.pure_events = ranks.pure.total();
  result.rows = make_rows(background, ranks, options, result);
  ScoreHistograms& histograms = result.histograms;
  histograms.edges = histogram_edges(background.lowest, background.highest);
  histograms.background = histogram(ranks.all, histograms.edges);
  histograms.pure = histogram(ranks.pure, histograms.edges);
  result.even_histograms.push_back(even_histogram(ranks.all, result.fraction));
  for (const Sample& signal : signals) {
    const Ranks signal_ranks(signal.scores());
    result.signals.push_back(signal_table(signal, signal_ranks, result.rows, options));
    histograms.signals.push_back(histogram(signal_ranks.all, histograms.edges));
    result.even_histograms.push_back(even_histogram(signal_ranks.all, result.fraction));
    if (signal.name == pileup_set && !signal.pileup.empty())
      result.pileup.push_back(pileup_table(signal, result.rows, options.pileup_step));
  }
  return result;
}

Evaluation evaluate(const Sample& background, std::span<const Sample> signals, const EvaluateOptions& options) {
  Evaluation result = evaluate(
      Stream{background.name, background.scores(), background.lowest, background.highest, !background.fired.empty()},
      signals, options);
  result.planes = background.planes;
  add_hidden(background, signals, result);
  if (!background.pileup.empty())
    result.pileup.insert(result.pileup.begin(), pileup_table(background, result.rows, options.pileup_step));
  return result;
}

}  // namespace trigloop::evaluate
