#include "scout/reservoir/zerobias.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/error.hpp"
#include "core/json_writer.hpp"
#include "io/hdf5/hdf5.hpp"
#include "scout/reservoir/rows.hpp"

namespace trigloop::scout {
namespace {

namespace fs = std::filesystem;
using core::Error;
using core::ErrorCode;
using event::Type;

/// Columns of one cluster that is being filled.
class Cluster {
 public:
  template <class T>
  void add(Type type, const std::vector<T>& values, std::uint32_t inner = 1) {
    columns_.columns.push_back(
        {type, false, inner, reinterpret_cast<const std::byte*>(values.data()), values.size(), {}});
  }
  void append_to(io::Sink& sink, std::size_t table, std::size_t entries) {
    columns_.entries = entries;
    sink.append(table, columns_);
    columns_.first_entry += entries;
    columns_.columns.clear();
  }

 private:
  event::Columns columns_;
};

class Export {
 public:
  Export(const fs::path& path, const ZeroBiasOptions& options)
      : options_(options),
        moved_(options.moved),
        is_moved_(!moved_.changes_nothing()),
        writer_(path, {.deflate = options.deflate, .threads = options.threads}) {
    events_ = writer_.add_table({"",
                                 "",
                                 {{"full_data_cyl", Type::int16, {package_objects, 3}, ""},
                                  {"ET", Type::float32, {}, ""},
                                  {"HT", Type::float32, {}, ""},
                                  {"event_info", Type::float32, {1}, ""},
                                  {"L1bit", Type::boolean, {}, ""},
                                  {"run", Type::uint32, {}, ""},
                                  {"lumisection", Type::uint32, {}, ""},
                                  {"orbit", Type::uint32, {}, ""},
                                  {"bunch_crossing", Type::uint32, {}, ""},
                                  {"prescale", Type::float64, {}, ""}}});
    lumis_ = writer_.add_table({"lumisections",
                                "",
                                {{"run", Type::uint32, {}, ""},
                                 {"lumisection", Type::uint32, {}, ""},
                                 {"events", Type::uint64, {}, ""},
                                 {"rows", Type::uint64, {}, ""},
                                 {"prescale", Type::float64, {}, ""},
                                 {"kept_fraction", Type::float64, {}, ""},
                                 {"seconds", Type::float64, {}, ""},
                                 {"pileup", Type::float64, {}, ""}}});
  }

  void take(const ReservoirEntry& entry) {
    StoredReservoir stored;
    try {
      stored = read_reservoir(entry.path);
    } catch (const Error& e) {
      if (e.code() != ErrorCode::not_found) throw;
      ++summary_.dropped;  // its time was over, or it was made anew
      return;
    }
    check(stored, entry.path);
    write_events(stored);
    write_lumi(entry);
    summary_.events += stored.head.events;
    if (stored.head.events == 0) return;
    const double prescale = stored.head.prescale();
    summary_.smallest_prescale = summary_.lumisections == 0 ? prescale : std::min(summary_.smallest_prescale, prescale);
    summary_.largest_prescale = std::max(summary_.largest_prescale, prescale);
    ++summary_.lumisections;
  }

  ZeroBiasSummary finish() {
    if (summary_.events == 0) {
      throw Error(ErrorCode::usage, "there are no events to write")
          .remedy("`trigloop scout run --reservoir N` keeps some; `trigloop reservoir list` shows what is there");
    }
    writer_.set_attribute("", "zerobias", description());
    writer_.commit();
    return summary_;
  }

 private:
  void check(const StoredReservoir& stored, const fs::path& path) {
    const Identity& identity = stored.identity;
    if (identity.menu.empty()) {
      throw Error(ErrorCode::mismatch, "its events were kept without a menu: there is no trigger bit")
          .file(path.native());
    }
    if (!rows_) {
      identity_ = identity;
      rule_ = stored.head.rule;
      rows_.emplace(identity.tail_layout, rule_);
    }
    const bool same_sums = rule_.et_type == stored.head.rule.et_type && rule_.ht_type == stored.head.rule.ht_type;
    if (identity.menu == identity_.menu && identity.tail_layout == identity_.tail_layout && same_sums) return;
    throw Error(ErrorCode::mismatch, "was kept with another menu or other objects than those before")
        .file(path.native())
        .remedy("Export one of the two: choose by --run");
  }

  std::optional<double> pileup(event::LumiKey lumi) const {
    return options_.pileup ? options_.pileup(lumi) : std::nullopt;
  }

  void write_events(const StoredReservoir& stored) {
    const std::vector<TailEvent> events = stored.reservoir.events();
    const std::size_t n = events.size();
    std::vector<std::int16_t> objects;
    std::vector<float> et, ht;
    std::vector<std::uint8_t> fired;
    std::vector<std::uint32_t> run(n, stored.head.lumi.run), lumisection(n, stored.head.lumi.lumisection);
    std::vector<std::uint32_t> orbit, crossing;
    objects.reserve(n * 3 * package_objects);
    for (const TailEvent& event : events) {
      PackageRow row = (*rows_)(event);
      if (is_moved_) moved_.apply(row, std::uint64_t{event.orbit} << 32 | event.crossing);
      objects.insert(objects.end(), row.objects.begin(), row.objects.end());
      et.push_back(row.et);
      ht.push_back(row.ht);
      fired.push_back(row.fired ? 1 : 0);
      orbit.push_back(event.orbit);
      crossing.push_back(event.crossing);
    }
    const double collisions = pileup(stored.head.lumi).value_or(std::numeric_limits<double>::quiet_NaN());
    const std::vector<float> info(n, static_cast<float>(collisions));
    const std::vector<double> prescale(n, stored.head.prescale());
    event_cluster_.add(Type::int16, objects, 3 * package_objects);
    event_cluster_.add(Type::float32, et);
    event_cluster_.add(Type::float32, ht);
    event_cluster_.add(Type::float32, info);
    event_cluster_.add(Type::boolean, fired);
    for (const auto* column : {&run, &lumisection, &orbit, &crossing}) event_cluster_.add(Type::uint32, *column);
    event_cluster_.add(Type::float64, prescale);
    event_cluster_.append_to(writer_, events_, n);
  }

  void write_lumi(const ReservoirEntry& entry) {
    const score::Exposure& exposure = entry.exposure;
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const double kept =
        exposure.offered == 0 ? nan : static_cast<double>(exposure.rows) / static_cast<double>(exposure.offered);
    const std::vector<std::uint32_t> run{entry.head.lumi.run}, lumisection{entry.head.lumi.lumisection};
    const std::vector<std::uint64_t> events{entry.head.events}, rows{entry.head.rows};
    const std::vector<double> prescale{entry.head.prescale()}, fraction{kept},
        seconds{1e-9 * static_cast<double>(exposure.nanoseconds)}, collisions{pileup(entry.head.lumi).value_or(nan)};
    lumi_cluster_.add(Type::uint32, run);
    lumi_cluster_.add(Type::uint32, lumisection);
    lumi_cluster_.add(Type::uint64, events);
    lumi_cluster_.add(Type::uint64, rows);
    for (const auto* column : {&prescale, &fraction, &seconds, &collisions}) lumi_cluster_.add(Type::float64, *column);
    lumi_cluster_.append_to(writer_, lumis_, 1);
  }

  std::string description() const {
    core::JsonWriter out;
    out.begin_object().member("version", 1).member("lumisections", summary_.lumisections);
    out.member("events", summary_.events).member("smallest_prescale", summary_.smallest_prescale);
    out.member("largest_prescale", summary_.largest_prescale);
    out.member("sample", "of each lumisection, the events with the smallest lots: each has the chance events / rows");
    if (is_moved_) out.array("moved", options_.moved);
    out.member("menu", identity_.menu).member("menu_name", identity_.menu_name);
    out.member("layout", identity_.layout).member("stream", format_stream(identity_.stream));
    return out.end_object().text();
  }

  const ZeroBiasOptions& options_;
  Recalibration moved_;
  bool is_moved_;
  io::hdf5::Writer writer_;
  std::size_t events_ = 0, lumis_ = 0;
  Cluster event_cluster_, lumi_cluster_;
  Identity identity_;
  ReservoirRule rule_;
  std::optional<RowMaker> rows_;
  ZeroBiasSummary summary_;
};

}  // namespace

ZeroBiasSummary write_zerobias(const std::vector<ReservoirEntry>& entries, const fs::path& path,
                               const ZeroBiasOptions& options) {
  Export out(path, options);
  for (const ReservoirEntry& entry : entries) out.take(entry);
  return out.finish();
}

}  // namespace trigloop::scout
