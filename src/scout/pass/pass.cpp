#include "scout/pass/pass.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <memory>
#include <mutex>
#include <set>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "core/units.hpp"
#include "scout/pass/budget.hpp"
#include "scout/pass/courier.hpp"
#include "scout/pass/portions.hpp"
#include "scout/pass/repeats.hpp"
#include "scout/pass/sections.hpp"
#include "scout/pass/worker.hpp"

namespace trigloop::scout {
namespace {

// Small windows: what is decoded is still in the second-level cache when it is examined.
constexpr io::ReadOptions read_options{.cluster_entries = 1024};

/// A lumisection on its way.
struct Open {
  Section section;
  std::uint64_t events_left = 0;  ///< not seen yet
  bool delivered = false;
  std::unique_ptr<Partial> partial;
};

/// Lots from here on will not be among the smallest of so many events, but for one time in 10^20, which `finish` sees
/// and mends: most events that others would push out later are not gathered at all.
std::uint64_t probable_limit(const ReservoirRule& rule, std::uint64_t events) {
  const double count = rule.count,
               share = (count + 10 * std::sqrt(count) + 100) / std::max(1.0, static_cast<double>(events));
  return share >= 0.999 ? UINT64_MAX : static_cast<std::uint64_t>(share * 0x1p64);
}

/// Whether events that were not gathered may belong to the reservoir, or to a tail.
bool lacks_events(const Partial& partial) {
  const Contribution& sum = partial.sum;
  if (sum.reservoir.size() < std::min<std::uint64_t>(sum.reservoir.rule().count, total(sum.all))) return true;
  for (std::size_t n = 0; n < partial.tail_guesses.size(); ++n) {
    const Tail& tail = n == 0 ? sum.tail : partial.shadows[n - 1].tail;
    if (partial.tail_guesses[n] > tail.entry_code()) return true;
  }
  return false;
}

[[noreturn]] void fail_changed(const io::Source& source) {
  throw core::Error(core::ErrorCode::damaged, "changed while it was read: its lumisections have other events now")
      .file(source.info().path.native())
      .remedy("It is read again when its writer has closed it");
}

/// The adjacent ranges of entries that hold all wanted lumisections.
std::vector<io::EntryRange> wanted_ranges(const std::map<event::LumiKey, Open>& open) {
  constexpr std::uint64_t smallest_gap = 8192;  // what a cut costs
  std::vector<io::EntryRange> ranges;
  for (const auto& [lumi, one] : open) {
    if (one.section.events > 0) ranges.push_back(one.section.entries);
  }
  std::ranges::sort(ranges, {}, &io::EntryRange::begin);
  std::vector<io::EntryRange> joined;
  for (const io::EntryRange& range : ranges) {
    if (joined.empty() || range.begin > joined.back().end + smallest_gap) {
      joined.push_back(range);
    } else {
      joined.back().end = std::max(joined.back().end, range.end);
    }
  }
  return joined;
}

class Pass {
 public:
  Pass(const Examiner& examiner, const io::Source& source, const InputId& input, const PassOptions& options)
      : examiner_(examiner),
        source_(source),
        input_(input),
        options_(options),
        threads_(options.threads != 0 ? options.threads : core::available_cores()),
        binding_(bind(examiner, source)),
        identity_(std::make_shared<const Identity>(examiner.identity)) {
    for (const Shadow& shadow : examiner.shadows) {
      shadow_identities_.push_back(std::make_shared<const Identity>(shadow.identity));
    }
    threads_ = threads_within(options.memory, threads_, examiner, binding_, source);
    choose_sections();
    for (const Exclusion& exclusion : options.exclusions) {
      Filter& filter = filters_[exclusion.lumi];
      filter.orbits = exclusion.orbits;
      filter.covered = exclusion.covered;
    }
  }

  PassResult run();

 private:
  void choose_sections();
  void work(Portions& portions, unsigned number, std::unique_ptr<Worker>& worker);
  WorkerOptions worker_options(const Filters& filters) const;
  Partial& partial_of(event::LumiKey lumi);
  std::unique_ptr<Partial> new_partial(event::LumiKey lumi, std::uint64_t lots = UINT64_MAX) const;
  void see(event::LumiKey lumi, std::uint64_t events);
  void finish(event::LumiKey lumi, Open& open);
  Repeats look_again(event::LumiKey lumi, Open& open, const event::OrbitSet& orbits,
                     std::vector<std::uint32_t> doubtful);
  Filters filters_for(event::LumiKey lumi) const;
  void recount(event::LumiKey lumi, Open& open, const Filters& filters);
  void deliver(Delivery&& delivery);

  const Examiner& examiner_;
  const io::Source& source_;
  const InputId& input_;
  const PassOptions& options_;
  unsigned threads_;
  Binding binding_;
  std::shared_ptr<const Identity> identity_;
  std::vector<std::shared_ptr<const Identity>> shadow_identities_;
  Filters filters_;
  Sections sections_;
  std::map<event::LumiKey, Open> open_;
  std::mutex books_;
  PassResult result_;
  std::unique_ptr<Courier> courier_;  ///< where deliveries are asked for; last, as it ends before what it uses
};

void Pass::choose_sections() {
  sections_ = find_sections(examiner_.layout, source_, threads_);
  for (const auto& [lumi, section] : sections_) {
    if (!options_.wanted || options_.wanted(lumi)) {
      Open& open = open_[lumi];
      open.section = section;
      open.events_left = section.events;
    } else {
      filters_[lumi].unwanted = true;
      ++result_.unwanted;
    }
  }
}

/// `lots`: the first limit of the reservoir.
std::unique_ptr<Partial> Pass::new_partial(event::LumiKey lumi, std::uint64_t lots) const {
  auto partial = std::make_unique<Partial>();
  Contribution& sum = partial->sum;
  sum.lumi = lumi;
  sum.input = input_;
  sum.crossings.resize(core::crossings_per_orbit + 1);
  sum.inputs.every = examiner_.identity.inputs_every;
  sum.inputs.names = binding_.input_names;
  sum.inputs.counts.resize(binding_.input_names.size());
  sum.tail = Tail(examiner_.identity.tail_rule);
  sum.reservoir = Reservoir(examiner_.reservoir);
  if (examiner_.reservoir.count > 0) sum.reservoir.restart(lots);
  for (const Shadow& shadow : examiner_.shadows) partial->shadows.emplace_back().tail = Tail(shadow.identity.tail_rule);
  partial->tail_guesses.assign(1 + examiner_.shadows.size(), INT64_MIN);
  return partial;
}

Partial& Pass::partial_of(event::LumiKey lumi) {
  const std::scoped_lock lock(books_);
  Open& open = open_.at(lumi);
  // Where events are left out, fewer remain than the section tells.
  const bool all_count = examiner_.identity.stream.colliding.empty() && options_.exclusions.empty();
  const std::uint64_t lots = all_count ? probable_limit(examiner_.reservoir, open.section.events) : UINT64_MAX;
  if (!open.partial) {
    open.partial = new_partial(lumi, lots);
    if (all_count) open.partial->events = open.section.events;
  }
  return *open.partial;
}

WorkerOptions Pass::worker_options(const Filters& filters) const {
  WorkerOptions options;
  options.filters = &filters;
  options.progress = options_.progress;
  options.read = read_options;
  options.read.read_ahead = options_.read_ahead;
  return options;
}

PassResult Pass::run() {
  const auto start = std::chrono::steady_clock::now();
  Portions portions(source_, binding_.selection, wanted_ranges(open_), threads_);
  if (options_.deliver) courier_ = std::make_unique<Courier>(options_.deliver);
  std::vector<std::unique_ptr<Worker>> workers(threads_);
  core::parallel_for(threads_, threads_, [&](std::size_t number, unsigned) {
    work(portions, static_cast<unsigned>(number), workers[number]);
  });
  for (auto& [lumi, one] : open_) {
    if (one.events_left > 0) fail_changed(source_);
    if (!one.delivered) finish(lumi, one);
  }
  if (courier_) courier_->finish();
  for (const auto& worker : workers) result_.rows += worker ? worker->rows() : 0;
  std::ranges::sort(result_.deliveries, {}, [](const Delivery& one) { return one.contribution.lumi; });
  result_.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return std::move(result_);
}

/// One thread.
void Pass::work(Portions& portions, unsigned number, std::unique_ptr<Worker>& worker) {
  try {
    while (const auto range = portions.next(number)) {
      if (!worker) {
        WorkerOptions options = worker_options(filters_);
        options.number = number;
        options.taps = options_.taps;
        options.claim = [&portions, number](io::EntryRange window) { return portions.claim(number, window); };
        options.seen = [this](event::LumiKey lumi, std::uint64_t events) { see(lumi, events); };
        options.sections = &sections_;
        worker = std::make_unique<Worker>(examiner_, binding_, source_, std::move(options),
                                          [this](event::LumiKey lumi) -> Partial& { return partial_of(lumi); });
      }
      worker->run(*range);
    }
  } catch (...) {
    portions.stop();
    throw;
  }
}

void Pass::see(event::LumiKey lumi, std::uint64_t events) {
  Open* done = nullptr;
  {
    const std::scoped_lock lock(books_);
    Open& open = open_.at(lumi);
    if (events > open.events_left) fail_changed(source_);
    open.events_left -= events;
    if (open.events_left == 0) done = &open;
  }
  if (done != nullptr) finish(lumi, *done);
}

/// All events of the lumisection have been counted.
void Pass::finish(event::LumiKey lumi, Open& open) {
  open.delivered = true;
  if (!open.partial) open.partial = new_partial(lumi);
  std::vector<std::uint32_t> doubtful;
  event::OrbitSet orbits = event::OrbitSet::collect(std::move(open.partial->stretches), doubtful);
  doubtful.insert(doubtful.end(), open.partial->doubtful.begin(), open.partial->doubtful.end());
  Delivery delivery;
  if (!doubtful.empty()) {
    Repeats repeats = look_again(lumi, open, orbits, std::move(doubtful));
    if (repeats.any) orbits = event::OrbitSet::collect(std::move(open.partial->stretches), doubtful);
    delivery.repeated_rows = repeats.rows;
    delivery.contradictions = std::move(repeats.contradictions);
  }
  if (lacks_events(*open.partial)) {
    recount(lumi, open, filters_for(lumi));
    orbits = event::OrbitSet::collect(std::move(open.partial->stretches), doubtful);
  }
  Contribution& sum = open.partial->sum;
  sum.orbits = std::move(orbits);
  sum.orbits_stated = open.section.orbits_stated;
  if (examiner_.menu) sum.pure = difference(sum.all, sum.pure);
  sum.identity = identity_;
  for (std::size_t n = 0; n < shadow_identities_.size(); ++n) {
    ScoreCounts& shadow = open.partial->shadows[n];
    if (examiner_.menu) shadow.pure = difference(shadow.all, shadow.pure);
    delivery.shadows.push_back({std::move(shadow), shadow_identities_[n]});
  }
  delivery.contribution = std::move(sum);
  open.partial.reset();
  deliver(std::move(delivery));
}

/// Finds what stands twice, and counts the lumisection again without it.
Repeats Pass::look_again(event::LumiKey lumi, Open& open, const event::OrbitSet& orbits,
                         std::vector<std::uint32_t> doubtful) {
  std::ranges::sort(doubtful);
  doubtful.erase(std::unique(doubtful.begin(), doubtful.end()), doubtful.end());
  Filters filters = filters_for(lumi);
  Filter& filter = filters[lumi];
  Repeats repeats =
      find_repeats(source_, binding_, read_options, lumi, open.section.entries, &filter, orbits, doubtful, input_.name);
  if (!repeats.any) return repeats;
  filter.repeated = std::move(repeats.left_out);
  recount(lumi, open, filters);
  return repeats;
}

/// Of this lumisection alone: all others are not wanted.
Filters Pass::filters_for(event::LumiKey lumi) const {
  Filters filters;
  for (const auto& [other, open] : open_) filters[other].unwanted = other != lumi;
  for (const auto& [other, filter] : filters_) filters[other].unwanted = other != lumi;
  if (const auto known = filters_.find(lumi); known != filters_.end()) filters[lumi] = known->second;
  return filters;
}

void Pass::recount(event::LumiKey lumi, Open& open, const Filters& filters) {
  open.partial = new_partial(lumi);
  Worker(examiner_, binding_, source_, worker_options(filters), [&](event::LumiKey) -> Partial& {
    return *open.partial;
  }).run(open.section.entries);
}

void Pass::deliver(Delivery&& delivery) {
  if (courier_) return courier_->hand(std::move(delivery));
  const std::scoped_lock lock(books_);
  result_.deliveries.push_back(std::move(delivery));
}

}  // namespace

PassResult examine(const Examiner& examiner, const io::Source& source, const InputId& input,
                   const PassOptions& options) {
  return Pass(examiner, source, input, options).run();
}

}  // namespace trigloop::scout
