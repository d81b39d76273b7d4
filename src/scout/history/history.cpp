#include "scout/history/history.hpp"

#include <algorithm>
#include <string>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "scout/record/identity.hpp"

namespace trigloop::scout {
namespace {

namespace fs = std::filesystem;
using core::Error;
using core::ErrorCode;

using Sums = std::array<CountSum, every_events.size()>;

struct Entry {
  event::LumiKey lumi;
  fs::path path;
  bool operator<(const Entry& other) const { return lumi < other.lumi; }
};

/// By lumisection, as the names of the files say; what is called otherwise comes as it was given.
std::vector<Entry> in_order(const std::vector<fs::path>& paths) {
  std::vector<Entry> entries;
  for (const fs::path& path : paths) entries.push_back({lumi_of(path).value_or(event::LumiKey{}), path});
  std::ranges::stable_sort(entries, {}, &Entry::lumi);
  return entries;
}

void check_model(const Identity& first, const Identity& other) {
  if (first.model != other.model) {
    throw Error(ErrorCode::mismatch,
                "was made by the model " + model_in_words(other) + ", others by " + model_in_words(first))
        .remedy("Name one of them, by --of where the command has it: scores of two networks do not add up");
  }
  if (first.fraction != other.fraction) {
    throw Error(ErrorCode::mismatch, "its scores have steps of 2^-" + std::to_string(other.fraction) +
                                         ", others of 2^-" + std::to_string(first.fraction))
        .remedy("Look at one run's output at a time");
  }
}

/// Adds a record to a slice, whose counts stay in `sums` for now.
void extend(Slice& slice, const Record& record, Sums& sums) {
  if (slice.lumisections++ == 0) slice.first = record.lumi();
  slice.last = record.lumi();
  const Exposures exposures = record.exposures();
  for (std::size_t i = 0; i < every_events.size(); ++i) {
    sums[i].add(record.counts(every_events[i]));
    slice.exposures[i] = slice.exposures[i] + exposures[i];
  }
}

class Reader {
 public:
  Reader(const std::vector<fs::path>& paths, std::size_t most, unsigned threads)
      : entries_(in_order(paths)),
        records_a_slice_((entries_.size() + most - 1) / std::max<std::size_t>(most, 1)),
        sums_(threads != 0 ? threads : core::available_cores()) {}

  History run() {
    if (entries_.empty()) return {};
    const std::size_t slices = (entries_.size() + records_a_slice_ - 1) / records_a_slice_;
    history_.identity = read_record(entries_.front().path, RecordPart::spectra).identity;
    history_.slices.resize(slices);
    same_menu_.assign(slices, !history_.identity.menu.empty());
    core::parallel_for(slices, static_cast<unsigned>(sums_.size()),
                       [this](std::size_t slice, unsigned worker) { read(slice, sums_[worker]); });
    history_.menu = std::ranges::find(same_menu_, false) == same_menu_.end();
    list_lumisections();
    return std::move(history_);
  }

 private:
  void read(std::size_t number, Sums& sums) {
    Slice& slice = history_.slices[number];
    const std::size_t first = number * records_a_slice_, end = std::min(first + records_a_slice_, entries_.size());
    for (std::size_t i = first; i < end; ++i) {
      try {
        const Record record = read_record(entries_[i].path, RecordPart::spectra);
        check_model(history_.identity, record.identity);
        if (record.identity.menu != history_.identity.menu) same_menu_[number] = false;
        extend(slice, record, sums);
        entries_[i].lumi = record.lumi();
      } catch (Error& e) {
        throw e.file(entries_[i].path.native());
      }
    }
    for (std::size_t i = 0; i < sums.size(); ++i) slice.bins[i] = sums[i].take();
  }

  void list_lumisections() {
    std::ranges::stable_sort(entries_, {}, &Entry::lumi);
    const auto twice = std::ranges::adjacent_find(entries_, {}, &Entry::lumi);
    if (twice != entries_.end()) {
      throw Error(ErrorCode::mismatch, "run " + std::to_string(twice->lumi.run) + ", lumisection " +
                                           std::to_string(twice->lumi.lumisection) + " is in " + twice->path.native() +
                                           ", too")
          .file((twice + 1)->path.native())
          .remedy("Leave one of them out: its events would count twice");
    }
    for (const Entry& entry : entries_) history_.lumisections.push_back(entry.lumi);
  }

  std::vector<Entry> entries_;
  std::size_t records_a_slice_;
  std::vector<Sums> sums_;               ///< by thread
  std::vector<std::uint8_t> same_menu_;  ///< by slice
  History history_;
};

}  // namespace

History read_history(const std::vector<fs::path>& records, std::size_t most, unsigned threads) {
  return Reader(records, most, threads).run();
}

void RunningSum::add(const Record& record) {
  if (!known_) return;
  try {
    extend(record);
  } catch (const Error&) {  // the record is committed all the same; reading it will tell
    known_ = false;
  }
}

void RunningSum::extend(const Record& record) {
  if (lumisections_.empty()) identity_ = record.identity;
  check_model(identity_, record.identity);
  known_ = lumisections_.insert(record.lumi()).second;
  same_menu_ = same_menu_ && record.identity.menu == identity_.menu;
  scout::extend(slice_, record, counts_);
}

std::optional<History> RunningSum::of(const std::set<event::LumiKey>& lumisections) {
  if (!known_ || lumisections.empty() || lumisections != lumisections_) return {};
  History history{identity_, same_menu_ && !identity_.menu.empty(), {lumisections.begin(), lumisections.end()}, {}};
  slice_.first = *lumisections.begin();
  slice_.last = *lumisections.rbegin();
  for (std::size_t i = 0; i < counts_.size(); ++i) slice_.bins[i] = counts_[i].take();
  history.slices.push_back(std::move(slice_));
  known_ = false;
  return history;
}

score::Spectrum History::sum(Events events) const {
  if (events == Events::pure && !menu) {
    throw Error(ErrorCode::mismatch, identity.menu.empty()
                                         ? "the records were made without a menu: they have no pure spectrum"
                                         : "the records were made with different menus: they have no pure spectrum");
  }
  std::int64_t last = 0;
  for (const Slice& slice : slices) {
    if (!slice.counts(events).empty()) last = std::max(last, slice.counts(events).back().first);
  }
  score::Spectrum sum(identity.fraction, 0, std::min(last, CountSum::last_code));
  score::Exposure exposure;
  for (const Slice& slice : slices) {
    for (const auto& [code, n] : slice.counts(events)) sum.count(code, n);
    exposure = exposure + slice.exposure(events);
  }
  sum.exposure = exposure;
  sum.lumisections = lumisections;
  sum.model = identity.model_name;
  return sum;
}

std::vector<std::int64_t> logarithmic_edges() {
  std::vector<std::int64_t> edges{0};
  while (edges.back() <= CountSum::last_code) edges.push_back(std::max(edges.back() + 1, edges.back() * 13 / 12));
  return edges;
}

std::vector<std::uint64_t> rebinned(const Counts& counts, std::span<const std::int64_t> edges) {
  std::vector<std::uint64_t> bins(edges.size() - 1);
  std::size_t bin = 0;
  for (const auto& [code, n] : counts) {
    if (code < edges.front()) continue;
    while (bin < bins.size() && code >= edges[bin + 1]) ++bin;
    if (bin == bins.size()) break;
    bins[bin] += n;
  }
  return bins;
}

std::uint64_t at_least(const Counts& counts, std::int64_t threshold) noexcept {
  std::uint64_t n = 0;
  for (auto bin = counts.rbegin(); bin != counts.rend() && bin->first >= threshold; ++bin) n += bin->second;
  return n;
}

std::vector<std::int64_t> quantiles(const Counts& counts, std::span<const double> shares) {
  const auto events = static_cast<double>(total(counts));
  std::vector<std::int64_t> codes;
  std::uint64_t below = 0;
  auto bin = counts.begin();
  for (const double share : shares) {
    const auto rank = static_cast<std::uint64_t>(share * events);
    while (bin != counts.end() && below + bin->second <= rank) below += (bin++)->second;
    codes.push_back(bin != counts.end() ? bin->first : 0);
  }
  return codes;
}

}  // namespace trigloop::scout
