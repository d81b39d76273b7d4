#include "curate/curate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "core/error.hpp"
#include "core/in_order.hpp"
#include "core/parallel.hpp"
#include "core/text.hpp"
#include "curate/input.hpp"
#include "curate/pack.hpp"
#include "curate/provenance.hpp"
#include "curate/stream.hpp"
#include "io/any/any.hpp"

namespace trigloop::curate {
namespace {

using core::Error;
using core::ErrorCode;
using io::hdf5::Writer;

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

  Report run(const std::string& provenance);

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
  void warn_of_absent();
  void write(const std::string& provenance);
  std::uint64_t write_events(Writer& writer, std::size_t table, const EventInput& input, io::EntryRange range,
                             std::uint64_t most, Part& part);
  void write_kept(Writer& writer, std::size_t table);
  void write_background(Writer& writer, std::size_t train, std::size_t test);
  void write_signal(Writer& writer, std::size_t table, const Set& set);

  const Settings& settings_;
  unsigned threads_;
  std::size_t keep_bytes_;
  const Advance& advance_;
  std::unique_ptr<EventInput> background_;
  std::vector<Set> sets_;
  std::vector<SignalSet> before_;  ///< the sets of the file that is replaced
  io::EntryRange train_, test_;
  CutCounts trained_;        ///< of the training events
  std::vector<Batch> kept_;  ///< those events after the cuts, if all of them fit
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

/// The first pass.
void Curation::count() {
  keeps_ = fits_into_memory();
  const std::size_t objects = settings_.objects.size();
  std::vector<Census> census;
  std::vector<Cuts> cuts;
  for (unsigned i = 0; i < threads_; ++i) {
    census.emplace_back(objects);
    cuts.emplace_back(settings_, background_->sides());
  }
  const auto add = [&](unsigned worker, Piece& piece) {
    piece.counts = cuts[worker].apply(piece.batch);
    census[worker].add({piece.batch.values.data(), piece.batch.events * 3 * objects}, settings_.scheme.ignore_zeros);
  };
  stream(*background_, train_, threads_, add, [&](Piece& piece) {
    trained_ += piece.counts;
    if (keeps_) kept_.emplace_back().append(piece.batch);
    if (advance_) advance_(piece.counts.read);
  });
  if (trained_.kept == 0)
    throw Error(ErrorCode::mismatch, "no training event is left after the cuts").file(background_->path());
  for (unsigned i = 1; i < threads_; ++i) census[0] += census[i];
  report_.scaling = scaling_of(settings_.scheme, census[0]);
  warn_of_absent();
  scaler_ = std::make_unique<Scaler>(report_.scaling, !settings_.compat && report_.scaling.exact_in_float32());
}

void Curation::warn_of_absent() {
  for (const std::size_t i : report_.scaling.absent) {
    const Object& object = settings_.objects[i];
    report_.warnings.push_back(fmt::format("no training event has {} number {}: it gets scale 1 and bias 0",
                                           name_of(object.kind), object.rank + 1));
  }
}

/// The second pass over one range, of which at most `most` entries are written. Returns the sum of the content's
/// hashes.
std::uint64_t Curation::write_events(Writer& writer, std::size_t table, const EventInput& input, io::EntryRange range,
                                     std::uint64_t most, Part& part) {
  std::vector<Cuts> cuts;
  for (unsigned i = 0; i < threads_; ++i) cuts.emplace_back(settings_, input.sides());
  std::uint64_t content = 0;
  const auto make = [&](unsigned worker, Piece& piece) {
    Batch& batch = piece.batch;
    const std::uint64_t done = batch.first_entry - range.begin;
    batch.events = std::min<std::uint64_t>(batch.events, done < most ? most - done : 0);
    piece.counts = cuts[worker].apply(batch);
    scaler_->apply(batch, piece.data);
  };
  stream(input, range, threads_, make, [&](Piece& piece) {
    append(writer, table, input.sides(), piece.batch, scaler_->type(), piece.data);
    part.counts += piece.counts;
    content += piece.batch.content;
    if (advance_) advance_(piece.counts.read);
  });
  return content;
}

void Curation::write_kept(Writer& writer, std::size_t table) {
  core::run_in_order<core::ByteBuffer>(
      kept_.size(), threads_,
      [&](std::uint64_t i, unsigned, core::ByteBuffer& data) { scaler_->apply(kept_[i], data); },
      [&](std::uint64_t i, const core::ByteBuffer& data) {
        append(writer, table, background_->sides(), kept_[i], scaler_->type(), data);
        kept_[i] = {};
      });
}

void Curation::write_background(Writer& writer, std::size_t train, std::size_t test) {
  Part part{"Train", {}, "", ""};
  if (keeps_) {
    write_kept(writer, train);
    part.counts = trained_;
  } else {
    write_events(writer, train, *background_, train_, train_.end - train_.begin, part);
  }
  report_.parts.push_back(part);
  part = {"Test", {}, "", ""};
  write_events(writer, test, *background_, test_, test_.end - test_.begin, part);
  report_.parts.push_back(part);
}

void Curation::write_signal(Writer& writer, std::size_t table, const Set& set) {
  Part part{set.about.name, {}, std::string(name_of(set.about.role)), ""};
  const std::uint64_t entries = set.input->entries();
  const std::uint64_t content =
      write_events(writer, table, *set.input, {0, entries}, settings_.most_signal_events, part);
  part.hash = fmt::format("{:016x}", content);
  check_unchanged(set.about, before_, part.hash);
  const std::string group = "Signal_data/" + set.about.name;
  writer.set_attribute(group, "role", part.role);
  writer.set_attribute(group, "conditions", config::to_json(set.about.conditions));
  writer.set_attribute(group, "hash", part.hash);
  report_.parts.push_back(std::move(part));
}

void Curation::write(const std::string& provenance) {
  Writer writer(settings_.output, {.deflate = settings_.deflate, .threads = threads_});
  const std::size_t objects = settings_.objects.size();
  const auto add = [&](const std::string& name, const EventInput& input) {
    return writer.add_table(event_table(name, objects, input.sides(), scaler_->type()));
  };
  const std::size_t train = add("Background_data/Train", *background_),
                    test = add("Background_data/Test", *background_);
  writer.add_table({"Signal_data", "", {}});
  std::vector<std::size_t> tables;
  for (const Set& set : sets_) tables.push_back(add("Signal_data/" + set.about.name, *set.input));
  append_normalisation(writer, writer.add_table(normalisation_table()), report_.scaling);
  write_background(writer, train, test);
  for (std::size_t i = 0; i < sets_.size(); ++i) write_signal(writer, tables[i], sets_[i]);
  writer.set_attribute("", "config", settings_.config_json);
  writer.set_attribute("", "trigloop", provenance);
  writer.commit();
}

Report Curation::run(const std::string& provenance) {
  open();
  count();
  write(provenance);
  return std::move(report_);
}

}  // namespace

Report curate(const Settings& settings, const CurateOptions& options, const Advance& advance) {
  std::vector<InputIdentity> inputs = {identify(settings.background)};
  if (!settings.signals.empty()) inputs.push_back(identify(settings.signals));
  const std::string provenance = provenance_json(settings, inputs);
  if (!is_current(settings, provenance) || options.rebuild) return Curation(settings, options, advance).run(provenance);
  Report report;
  report.reused = true;
  return report;
}

}  // namespace trigloop::curate
