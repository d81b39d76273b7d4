#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "core/text.hpp"
#include "evaluate/report.hpp"

namespace trigloop::evaluate {
namespace {

template <class... Args>
void put(std::string& text, fmt::format_string<Args...> format, Args&&... args) {
  fmt::format_to(std::back_inserter(text), format, std::forward<Args>(args)...);
}

std::string marked(const KindThreshold& t) {
  const Threshold& firmware = t.by_rule[static_cast<std::size_t>(Rule::firmware)];
  return fmt::format("{} +- {:.0f}{}", firmware.code, t.error, t.is_sparse ? " *" : "");
}

std::string package(const KindThreshold& t) {
  const Threshold& one = t.by_rule[static_cast<std::size_t>(Rule::package)];
  return fmt::format("{:.4f}{}", one.score, one.clamped ? " ^" : "");
}

void put_thresholds(std::string& text, const Evaluation& e) {
  put(text, "\n{:>10} | {:^41} | {:^33}\n", "", "firmware: code >= T", "package: score > t");
  put(text, "{:>10} | {:>20} {:>20} | {:>16} {:>16}\n", "rate [kHz]", "raw", "pure", "raw", "pure");
  bool sparse = false, clamped = false;
  for (const RateRow& row : e.rows) {
    const auto& [raw, pure] = row.thresholds;
    put(text, "{:>10} | {:>20} {:>20} | {:>16} {:>16}\n", row.rate_khz, marked(raw), marked(pure), package(raw),
        package(pure));
    sparse |= raw.is_sparse || pure.is_sparse;
    clamped |= pure.by_rule[static_cast<std::size_t>(Rule::package)].clamped;
  }
  if (sparse) put(text, "* fewer than {} background events lie above\n", few_events);
  if (clamped) put(text, "^ beyond the package's grid of 0.01 to 100 kHz, so its end\n");
}

void put_tails(std::string& text, const Evaluation& e) {
  for (const Kind kind : {Kind::raw, Kind::pure}) {
    const auto k = static_cast<std::size_t>(kind);
    const auto& fit = e.tails[k];
    if (!fit) continue;
    put(text,
        "extrapolated {} thresholds, by a generalised Pareto law fitted to {} events from code {} (shape {:.3f} +- "
        "{:.3f}):\n",
        name_of(kind), fit->events, fit->level, fit->shape, fit->shape_error);
    for (const RateRow& row : e.rows) {
      if (const auto& tail = row.thresholds[k].tail)
        put(text, "{:>10} kHz: {:.0f} +- {:.0f}\n", row.rate_khz, tail->code, tail->error);
    }
  }
}

std::string percent(const Proportion& p) {
  return fmt::format("{:.2f} -{:.2f} +{:.2f}", 100 * p.value(), 100 * (p.value() - p.low), 100 * (p.high - p.value()));
}
std::string percent(const std::optional<Proportion>& p) { return p ? percent(*p) : "not known"; }

void put_rate(std::string& text, const Evaluation& e, std::size_t rate, std::size_t width) {
  put(text, "\nefficiencies at {} kHz, percent (which events - above which threshold, firmware's rule)\n",
      e.rows[rate].rate_khz);
  put(text, "{:<{}}", "signal", width);
  for (const char* name : {"raw-raw", "pure-raw", "raw-pure", "pure-pure", "L1", "HT"}) put(text, " {:>18}", name);
  text += '\n';
  for (const SignalTable& signal : e.signals) {
    const Columns& c = signal.rates[rate][static_cast<std::size_t>(Rule::firmware)];
    put(text, "{:<{}} {:>18} {:>18} {:>18} {:>18} {:>18} {:>18}\n", signal.name, width, percent(c[0][0]),
        percent(c[1][0]), percent(c[0][1]), percent(c[1][1]), percent(signal.l1), percent(signal.ht));
  }
}

void put_rates(std::string& text, const Evaluation& e) {
  std::size_t width = 6;
  for (const SignalTable& signal : e.signals) width = std::max(width, signal.name.size());
  for (std::size_t r = 0; r < e.rows.size() && !e.signals.empty(); ++r) put_rate(text, e, r, width);
}

void put_pileup(std::string& text, const Evaluation& e) {
  for (const PileupTable& table : e.pileup) {
    put(text, "\nrate against pile-up, kHz if all crossings were like that ({})\n{:>12} {:>10}", table.name, "pile-up",
        "events");
    for (const RateRow& row : e.rows) put(text, " {:>9}", row.rate_khz);
    text += '\n';
    for (const PileupBin& bin : table.bins) {
      put(text, "{:>12} {:>10}", fmt::format("{}-{}", bin.low, bin.high), bin.events);
      for (const Proportion& p : bin.passing) put(text, " {:>9.4g}", p.value() * e.options.crossings.khz());
      text += '\n';
    }
  }
}

}  // namespace

std::string to_text(const Evaluation& e, const Provenance& provenance) {
  std::string text;
  put(text, "{} by {}: {} background events, {} of them pure ({})\n", provenance.model, provenance.engine,
      core::with_commas(e.events), core::with_commas(e.pure_events),
      e.knows_l1 ? provenance.l1 : "no L1 decisions are known: every event counts as pure");
  put(text,
      "a random sample of {:.3f} MHz of colliding crossings; errors: 68 %, Clopper-Pearson; thresholds: bootstrap\n",
      e.options.crossings.khz() / 1e3);
  put_thresholds(text, e);
  put_tails(text, e);
  put_rates(text, e);
  put_pileup(text, e);
  return text;
}

std::string drifted_text(const Evaluation& moved, const std::string& drift) {
  std::string text;
  put(text, "\nsignals moved by '{}', at the same thresholds; L1 decisions as they were\n", drift);
  put_rates(text, moved);
  return text;
}

}  // namespace trigloop::evaluate
