#include "scout/stores/parity.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "core/json_writer.hpp"
#include "core/text.hpp"

namespace trigloop::scout::stores {
namespace {

constexpr std::int64_t last_bin = 19'998;
constexpr double most_neighbours = 0.05;  ///< of events: float rounding moves few, another model moves many

std::uint64_t at(const Counts& counts, std::int64_t bin) {
  const auto found = std::ranges::lower_bound(counts, bin, {}, &Counts::value_type::first);
  return found != counts.end() && found->first == bin ? found->second : 0;
}

/// Turns what one side has into what the other would have, one cause after the other.
class Comparison {
 public:
  Comparison(event::LumiKey lumi, const LumiScores& old_one, const LumiScores& new_one)
      : old_(old_one), new_(new_one), a_(old_one.whole), b_(new_one.whole) {
    result_.lumi = lumi;
    result_.old_rows = total(a_);
    result_.new_rows = total(b_);
  }

  LumiParity run() {
    if (!old_.native && new_.native) fit_axo(b_, new_.at_end, "OLD");
    if (old_.native && !new_.native) fit_axo(a_, old_.at_end, "NEW");
    if (a_ != b_) noncolliding();
    if (total(a_) != total(b_)) rows();
    if (!parts_ && a_ != b_) neighbours();
    if (!parts_ && a_ != b_) unexplained();
    exposure();
    return std::move(result_);
  }

 private:
  void tell(Cause cause, bool explained, std::uint64_t events, std::string text) {
    result_.differences.push_back({cause, explained, events, std::move(text)});
  }

  /// Bins of a record as an .axo file would have them.
  void fit_axo(Counts& counts, std::uint64_t at_end, const char* axo);
  void noncolliding();
  void rows();
  void neighbours();
  void unexplained();
  void exposure();
  double chi2_of_share(double factor, std::size_t& ranges) const;

  const LumiScores &old_, &new_;
  Counts a_, b_;
  LumiParity result_;
  bool parts_ = false;  ///< a random part of the data explains the rows, hence the bins within chance
};

void Comparison::fit_axo(Counts& counts, std::uint64_t at_end, const char* axo) {
  const auto end = std::ranges::lower_bound(counts, last_bin + 1, {}, &Counts::value_type::first);
  std::uint64_t beyond = 0;
  for (auto bin = end; bin != counts.end(); ++bin) beyond += bin->second;
  counts.erase(end, counts.end());
  beyond -= at_end;
  if (at_end > 0) {
    add(counts, {{last_bin, at_end}});
    tell(Cause::closed_last_bin, true, at_end,
         fmt::format("{} events of score 19,999 stand in {}'s last bin, 19,998, which is closed", at_end, axo));
  }
  if (beyond > 0) {
    tell(Cause::beyond_last_bin, true, beyond,
         fmt::format("{} events above score 19,999 have no bin in {}, which drops them", core::with_commas(beyond),
                     axo));
  }
}

void Comparison::noncolliding() {
  for (const bool of_new : {true, false}) {
    const Counts& apart = of_new ? new_.noncolliding : old_.noncolliding;
    const std::uint64_t n = total(apart);
    Counts& less = of_new ? b_ : a_;
    if (n == 0 || total(less) + n != total(of_new ? a_ : b_)) continue;
    add(less, apart);
    tell(Cause::noncolliding, true, n,
         fmt::format("{} events in crossings that do not collide: {} counts them apart", core::with_commas(n),
                     of_new ? "NEW" : "OLD"));
    return;
  }
}

/// How far OLD is from `factor` times NEW, in some fifty ranges of scores of as many events: less than the number of
/// ranges, if a part of the events was drawn by chance. Float scores near the edges of ranges may be on either side.
double Comparison::chi2_of_share(double factor, std::size_t& ranges) const {
  constexpr double most_ranges = 50;
  const double part = std::abs(factor - 1), drawn = part - std::floor(part);
  const double enough = std::max(static_cast<double>(total(b_)) / most_ranges, 1.0);
  Counts keys = a_;
  add(keys, b_);
  double chi2 = 0, a = 0, b = 0, edges = 0;
  ranges = 0;
  const auto close = [&](double last) {
    edges += last;
    const double variance = b * drawn * (1 - drawn) + most_neighbours * edges + 1;
    chi2 += (a - factor * b) * (a - factor * b) / variance;
    a = b = 0;
    edges = last;
    ++ranges;
  };
  double last = 0;
  for (const auto& key : keys) {
    a += static_cast<double>(at(a_, key.first));
    b += last = static_cast<double>(at(b_, key.first));
    if (b >= enough) close(last);
  }
  if (a + b > 0) close(last);
  return chi2;
}

void Comparison::rows() {
  const std::uint64_t old_rows = total(a_), new_rows = total(b_);
  const bool more = old_rows > new_rows;
  const std::uint64_t n = more ? old_rows - new_rows : new_rows - old_rows;
  if (old_rows != 0 && new_rows != 0) {
    std::size_t ranges = 0;
    const double chi2 = chi2_of_share(static_cast<double>(old_rows) / static_cast<double>(new_rows), ranges);
    const double freedom = static_cast<double>(std::max<std::size_t>(ranges, 2) - 1);
    parts_ = chi2 <= freedom + 5 * std::sqrt(2 * freedom);
  }
  if (parts_ && n == (more ? new_.repeated_rows : old_.repeated_rows)) {
    return tell(Cause::repeated_rows, true, n,
                fmt::format("{} rows that stand twice in an input: {} counts them twice", core::with_commas(n),
                            more ? "OLD" : "NEW"));
  }
  const double shards = 32 * static_cast<double>(n) / static_cast<double>(std::max<std::uint64_t>(new_rows, 1));
  std::string text = fmt::format("OLD {} {} events, {:.2f} of 32 shards; by their scores they are {} part",
                                 more ? "counts more than once" : "misses", core::with_commas(n), shards,
                                 parts_ ? "an unbiased" : "no unbiased");
  if (more && new_.duplicate_orbits > 0) {
    text += fmt::format("; NEW left out {} orbits that came twice", new_.duplicate_orbits);
  }
  tell(more ? Cause::doubled_orbits : Cause::missing_orbits, parts_, n, std::move(text));
}

/// Events between neighbours are a flow over the edges of bins. What flows out of a bin of NEW must have been in it.
void Comparison::neighbours() {
  Counts keys = a_;
  add(keys, b_);
  std::int64_t flow = 0, last = 0;  // over the upper edge of the last bin; positive: downwards
  std::uint64_t moved = 0;
  bool possible = true;
  for (const auto& key : keys) {
    const std::int64_t bin = key.first;
    if (flow != 0 && bin != last + 1) possible = false;
    const auto a = static_cast<std::int64_t>(at(a_, bin)), b = static_cast<std::int64_t>(at(b_, bin));
    const std::int64_t next = flow + a - b;
    if (std::max<std::int64_t>(flow, 0) + std::max<std::int64_t>(-next, 0) > b) possible = false;
    moved += static_cast<std::uint64_t>(std::abs(next));
    flow = next;
    last = bin;
  }
  possible = possible && flow == 0 && static_cast<double>(moved) <= most_neighbours * static_cast<double>(total(b_));
  if (!possible) return;
  a_ = b_;
  tell(Cause::neighbouring_bins, true, moved,
       fmt::format("{} events ({:.3g} %) stand in the neighbouring bin: float scores on the other side of an edge",
                   core::with_commas(moved), 100 * static_cast<double>(moved) / static_cast<double>(total(b_))));
}

void Comparison::unexplained() {
  Counts keys = a_;
  add(keys, b_);
  std::uint64_t events = 0;
  std::size_t bins = 0;
  std::int64_t first = 0;
  for (const auto& key : keys) {
    const std::uint64_t a = at(a_, key.first), b = at(b_, key.first);
    if (a == b) continue;
    if (bins++ == 0) first = key.first;
    events += a > b ? a - b : b - a;
  }
  const bool rows_told = std::ranges::any_of(result_.differences, [](const Difference& d) { return !d.explained; });
  if (rows_told) return;
  tell(Cause::unexplained, false, events,
       fmt::format("{} bins differ, by {} events in all, from score {} on", bins, core::with_commas(events), first));
}

void Comparison::exposure() {
  const score::Exposure &a = old_.exposure, &b = new_.exposure;
  if (a.orbits == b.orbits && a.colliding_crossings == b.colliding_crossings && a.nanoseconds == b.nanoseconds) return;
  if (a.rows_only() || b.rows_only()) {
    // An .axo file tells none: its rates are shares of rows. That is so for each of them, and no difference.
    if (!old_.native || !new_.native) return;
  }
  const bool parts = std::ranges::any_of(result_.differences, [](const Difference& d) {
    return d.explained && (d.cause == Cause::missing_orbits || d.cause == Cause::doubled_orbits);
  });
  const bool stated = old_.orbits_stated != new_.orbits_stated;
  std::string text = fmt::format("OLD examined {} orbits and {} colliding crossings, NEW {} and {} (0: not known)",
                                 a.orbits, a.colliding_crossings, b.orbits, b.colliding_crossings);
  if (stated) text += fmt::format("; the inputs of {} do not state empty orbits", old_.orbits_stated ? "NEW" : "OLD");
  tell(Cause::exposure, parts || stated, 0, std::move(text));
}

constexpr std::array<std::string_view, 11> names{
    "beyond_last_bin",   "closed_last_bin", "noncolliding", "repeated_rows", "missing_orbits", "doubled_orbits",
    "neighbouring_bins", "exposure",        "only_old",     "only_new",      "unexplained"};

}  // namespace

std::string_view name_of(Cause cause) { return names[static_cast<std::size_t>(cause)]; }

bool LumiParity::explained() const noexcept { return std::ranges::all_of(differences, &Difference::explained); }

LumiParity compare(event::LumiKey lumi, const LumiScores& old_one, const LumiScores& new_one) {
  return Comparison(lumi, old_one, new_one).run();
}

std::string format_json(const std::vector<LumiParity>& parities) {
  core::JsonWriter out;
  out.begin_object().member("version", 1).key("lumisections").begin_array();
  std::size_t equal = 0, explained = 0;
  for (const LumiParity& one : parities) {
    equal += one.equal();
    explained += !one.equal() && one.explained();
    out.begin_object().member("run", one.lumi.run).member("lumisection", one.lumi.lumisection);
    out.member("old_rows", one.old_rows).member("new_rows", one.new_rows).member("explained", one.explained());
    out.key("differences").begin_array();
    for (const Difference& d : one.differences) {
      out.begin_object().member("cause", name_of(d.cause)).member("explained", d.explained);
      out.member("events", d.events).member("text", d.text).end_object();
    }
    out.end_array().end_object();
  }
  out.end_array().member("equal", equal).member("explained", explained);
  out.member("unexplained", parities.size() - equal - explained).end_object();
  return out.text() + "\n";
}

}  // namespace trigloop::scout::stores
