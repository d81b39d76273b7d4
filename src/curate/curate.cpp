#include "curate/curate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <future>
#include <memory>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "core/text.hpp"
#include "curate/input.hpp"
#include "curate/pack.hpp"
#include "curate/provenance.hpp"
#include "curate/second_pass.hpp"
#include "curate/stream.hpp"
#include "io/any/any.hpp"

namespace trigloop::curate {
namespace {

using core::Error;
using core::ErrorCode;
using io::hdf5::Writer;

/// Of the packed file. The last chunk of a set is padded, so small ones waste less.
constexpr std::uint64_t chunk_entries = 4096;

std::string listed(const std::vector<std::string>& words) {
  std::string all;
  for (const std::string& word : words) all += (all.empty() ? "" : ", ") + word;
  return all;
}

/// One curation: the inputs, and what both passes share.
class Curation {
 public:
  Curation(const Settings& settings, const CurateOptions& options, const Advance& advance)
      : settings_(settings),
        threads_(options.threads != 0 ? options.threads : core::available_cores()),
        keep_bytes_(options.keep_bytes),
        advance_(advance) {}

  Report run(const std::shared_future<std::string>& provenance);

 private:
  struct Set {
    SignalSet about;
    std::unique_ptr<EventInput> input;
  };

  void open();
  void open_signals();
  void check_sides();
  io::EntryRange sector(io::EntryRange wanted, const char* name);
  void warn_of_overlap();
  void count();
  bool fits_into_memory() const;
  void reserve_kept();
  void warn_of_absent();
  std::vector<Group> groups(Writer& writer);
  void describe_signal(Writer& writer, const Set& set, Group& group);
  void write(const std::shared_future<std::string>& provenance);

  const Settings& settings_;
  unsigned threads_;
  std::size_t keep_bytes_;
  const Advance& advance_;
  std::unique_ptr<EventInput> background_;
  std::vector<Set> sets_;
  std::vector<SignalSet> before_;  ///< the sets of the file that is replaced
  io::EntryRange train_, test_;
  CutCounts trained_;  ///< of the training events
  Batch kept_;         ///< those events after the cuts, if all of them fit
  bool keeps_ = false;
  std::unique_ptr<Scaler> scaler_;
  Report report_;
};

void Curation::open() {
  background_ = open_background(settings_);
  train_ = sector(settings_.train, "train_sector");
  test_ = sector(settings_.test, "test_sector");
  warn_of_overlap();
  check_sides();
  if (!settings_.signals.empty()) open_signals();
  if (std::filesystem::exists(settings_.output)) before_ = read_signal_sets(settings_.output);
}

void Curation::open_signals() {
  const std::shared_ptr<const io::Source> source = io::open(settings_.signals);
  const std::vector<std::string> names = signal_names(*source);
  for (const SignalSet& described : settings_.signal_table) {
    if (std::ranges::find(names, described.name) != names.end()) continue;
    const std::string near = core::nearest(described.name, names);
    throw Error(ErrorCode::mismatch, "has no signal set '" + described.name + "', which the configuration describes")
        .file(settings_.signals.native())
        .remedy(near.empty() ? "It holds " + listed(names) : "Did you mean '" + near + "'?");
  }
  for (const std::string& name : names)
    sets_.push_back({describe_set(settings_.signal_table, name), open_signal(source, name, settings_)});
}

void Curation::check_sides() {
  std::vector<std::string> missing;
  for (std::size_t side = 0; side < side_count; ++side) {
    if (!background_->sides()[side]) missing.emplace_back(side_names[side]);
  }
  if (missing.empty()) return;
  if (!background_->sides()[static_cast<std::size_t>(Side::et)] && settings_.drop_saturated_et) {
    throw Error(ErrorCode::mismatch,
                "gives no ET, by which saturated events are dropped (it lacks " + listed(missing) + ")")
        .file(background_->path())
        .remedy("Set curate.drop_saturated_et: false to keep all events");
  }
  report_.warnings.push_back(background_->path() + " gives no " + listed(missing) +
                             ": the packed file lacks them, and what needs them will refuse it");
}

/// Reaching beyond the end is no error in the package; here it is told.
io::EntryRange Curation::sector(io::EntryRange wanted, const char* name) {
  const std::uint64_t entries = background_->entries();
  if (wanted.begin >= entries) {
    throw Error(ErrorCode::mismatch, fmt::format("has {} events; {} begins at {}", entries, name, wanted.begin))
        .file(background_->path());
  }
  if (wanted.end > entries) {
    report_.warnings.push_back(fmt::format("{} ends at {}, but {} has {} events: it is cut there", name, wanted.end,
                                           background_->path(), entries));
  }
  return {wanted.begin, std::min(wanted.end, entries)};
}

void Curation::warn_of_overlap() {
  const std::uint64_t begin = std::max(train_.begin, test_.begin), end = std::min(train_.end, test_.end);
  if (begin < end) report_.warnings.push_back(fmt::format("train_sector and test_sector share {} events", end - begin));
}

/// Whether all training events may be kept between the passes.
bool Curation::fits_into_memory() const {
  std::size_t event_bytes = settings_.objects.size() * 3 * sizeof(std::int16_t);
  for (const auto& side : background_->sides()) event_bytes += side ? side->bytes() : 0;
  return train_.end - train_.begin <= keep_bytes_ / event_bytes;
}

/// Memory for all of them at once: growing would copy them, and touch new memory each time.
void Curation::reserve_kept() {
  const std::size_t events = train_.end - train_.begin;
  const auto reserve = [&](auto& buffer, std::size_t width) { buffer.resize(events * width), buffer.resize(0); };
  reserve(kept_.values, 3 * settings_.objects.size());
  for (std::size_t side = 0; side < side_count; ++side)
    if (background_->sides()[side]) reserve(kept_.sides[side], background_->sides()[side]->bytes());
}

/// The first pass.
void Curation::count() {
  keeps_ = fits_into_memory();
  const std::size_t objects = settings_.objects.size();
  std::vector<Census> census;
  std::vector<Cuts> cuts;
  for (unsigned i = 0; i <= threads_; ++i) {
    census.emplace_back(objects);
    cuts.emplace_back(settings_, background_->sides());
  }
  const auto add = [&](unsigned worker, const Stretch&, Piece& piece) {
    piece.counts = cuts[worker].apply(piece.batch);
    census[worker].add({piece.batch.values.data(), piece.batch.events * 3 * objects}, settings_.scheme.ignore_zeros);
  };
  if (keeps_) reserve_kept();
  stream(stretches_of(0, *background_, train_), threads_, add, [&](const Stretch&, Piece& piece) {
    trained_ += piece.counts;
    if (keeps_) kept_.append(piece.batch);
    if (advance_) advance_(piece.counts.read);
  });
  if (trained_.kept == 0)
    throw Error(ErrorCode::mismatch, "no training event is left after the cuts").file(background_->path());
  for (unsigned i = 1; i <= threads_; ++i) census[0] += census[i];
  report_.scaling = scaling_of(settings_.scheme, census[0]);
  if (settings_.shared_scales) report_.scaling.share(first_of_kind(settings_.objects));
  warn_of_absent();
  scaler_ = std::make_unique<Scaler>(report_.scaling, !settings_.compat && report_.scaling.exact_in_float32());
}

void Curation::warn_of_absent() {
  for (const std::size_t i : report_.scaling.absent) {
    const Object& object = settings_.objects[i];
    report_.warnings.push_back(fmt::format("no training event has {} number {}: it gets scale {} and bias 0",
                                           name_of(object.kind), object.rank + 1, report_.scaling.scale[3 * i]));
  }
}

/// The groups of events; signal sets stand behind the background's two, in the order of `sets_`.
std::vector<Group> Curation::groups(Writer& writer) {
  const auto group = [&](const std::string& name, const EventInput& input, io::EntryRange range, std::uint64_t most) {
    const io::TableSpec table = event_table(name, settings_.objects.size(), input.sides(), scaler_->type());
    const std::string part = name.substr(name.find('/') + 1);
    return Group{{part, {}, "", ""}, writer.add_table(table), &input, range, most, nullptr, 0};
  };
  std::vector<Group> all = {group("Background_data/Train", *background_, train_, train_.end),
                            group("Background_data/Test", *background_, test_, test_.end)};
  if (keeps_) all[0].kept = &kept_, all[0].part.counts = trained_;
  writer.add_table({"Signal_data", "", {}});
  for (const Set& set : sets_)
    all.push_back(
        group("Signal_data/" + set.about.name, *set.input, {0, set.input->entries()}, settings_.most_signal_events));
  return all;
}

/// What a signal set carries, once its events are written and so its content is known.
void Curation::describe_signal(Writer& writer, const Set& set, Group& group) {
  group.part.role = name_of(set.about.role);
  group.part.hash = fmt::format("{:016x}", group.content);
  check_unchanged(set.about, before_, group.part.hash);
  const std::string node = "Signal_data/" + set.about.name;
  writer.set_attribute(node, "role", group.part.role);
  writer.set_attribute(node, "conditions", config::to_json(set.about.conditions));
  writer.set_attribute(node, "hash", group.part.hash);
}

void Curation::write(const std::shared_future<std::string>& provenance) {
  Writer writer(settings_.output, {.deflate = settings_.deflate, .chunk_entries = chunk_entries, .threads = threads_});
  std::vector<Group> all = groups(writer);
  append_normalisation(writer, writer.add_table(normalisation_table()), report_.scaling);
  write_groups(writer, all, settings_, *scaler_, threads_, advance_);
  for (std::size_t i = 0; i < sets_.size(); ++i) describe_signal(writer, sets_[i], all[2 + i]);
  for (Group& group : all) report_.parts.push_back(std::move(group.part));
  writer.set_attribute("", "config", settings_.config_json);
  writer.set_attribute("", "trigloop", provenance.get());
  writer.commit();
}

Report Curation::run(const std::shared_future<std::string>& provenance) {
  open();
  count();
  write(provenance);
  return std::move(report_);
}

/// Hashes the inputs, beside the rest of the work where there are threads: only its end needs to know.
std::shared_future<std::string> start_provenance(const Settings& settings, unsigned threads) {
  const auto make = [&settings] {
    std::vector<InputIdentity> inputs = {identify(settings.background)};
    if (!settings.signals.empty()) inputs.push_back(identify(settings.signals));
    return provenance_json(settings, inputs);
  };
  return std::async(threads == 1 ? std::launch::deferred : std::launch::async, make).share();
}

}  // namespace

Report curate(const Settings& settings, const CurateOptions& options, const Advance& advance) {
  const auto provenance = start_provenance(settings, options.threads);
  if (!is_packed(settings.output) || options.rebuild || !is_current(settings, provenance.get()))
    return Curation(settings, options, advance).run(provenance);
  Report report;
  report.reused = true;
  return report;
}

}  // namespace trigloop::curate
