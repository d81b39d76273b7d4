// Records as bytes (docs/formats.md, "Records"). Each section is described once, for both directions. What spectra need
// comes first, the large sections last, so that sums of many records read only the front of each file.
#include <algorithm>
#include <optional>
#include <utility>

#include "scout/record/frame.hpp"
#include "scout/record/identity.hpp"
#include "scout/record/record.hpp"

namespace trigloop::scout {
namespace {

constexpr std::string_view magic = "TLRECORD";
constexpr std::uint32_t version = 1;

template <class A, class Counts>
void counts(A& a, Counts& bins) {
  a.size(bins, 2);
  std::int64_t last = 0;
  for (auto& bin : bins) a.packed_step(bin.first, last);
  for (auto& bin : bins) a.packed(bin.second);
}

template <class A, class Entries>
void entries(A& a, Entries& orbits) {
  a.size(orbits, 20);
  std::uint32_t last = 0;
  for (auto& entry : orbits) a.step(entry.orbit, last);
  for (auto& entry : orbits) a.number(entry.events);
  for (auto& entry : orbits) a.number(entry.first_crossing);
  for (auto& entry : orbits) a.number(entry.last_crossing);
  for (auto& entry : orbits) a.number(entry.hash);
}

template <class A, class Record>
void head(A& a, Record& record) {
  a.number(record.sum.lumi.run);
  a.number(record.sum.lumi.lumisection);
  a.number(record.generation);
  a.number(record.completeness);
  a.text(record.why);
  a.number(record.committed_at);
  a.number(record.sum.orbits_stated);
  a.number(record.sum.tile_counts.saturated);
  a.number(record.sum.tile_counts.not_a_number);
  a.number(record.sum.tile_counts.missing_items);
}

template <class A, class Shares>
void shares(A& a, Shares& shares) {
  a.size(shares, 80);
  for (auto& share : shares) {
    a.text(share.input.hash);
    a.text(share.input.name);
    a.number(share.input.bytes);
    a.number(share.orbits_stated);
    a.number(share.rows);
    a.number(share.orbits);
    a.number(share.split_orbits);
    a.number(share.duplicate_orbits);
    a.number(share.repeated_rows);
    a.number(share.contradicting_orbits);
  }
}

template <class A, class Numbers>
void crossings(A& a, Numbers& events) {
  a.size(events, 8);
  for (auto& n : events) a.number(n);
}

template <class A, class Contradictions>
void contradictions(A& a, Contradictions& all) {
  a.size(all, 52);
  for (auto& c : all) {
    a.number(c.orbit);
    a.text(c.kept);
    a.text(c.refused);
    a.number(c.kept_events);
    a.number(c.refused_events);
    a.number(c.kept_hash);
    a.number(c.refused_hash);
  }
}

template <class A, class Histograms>
void inputs(A& a, Histograms& histograms) {
  a.number(histograms.every);
  a.number(histograms.events);
  a.size(histograms.names, 8);
  for (auto& name : histograms.names) a.text(name);
  a.size(histograms.counts, 8);
  for (auto& bins : histograms.counts) counts(a, bins);
}

template <class A, class Rule, class Events>
void tail(A& a, Rule& rule, Events& events) {
  a.number(rule.count);
  a.number(rule.threshold);
  a.size(events, 32);
  for (auto& event : events) {
    a.number(event.code);
    a.number(event.orbit);
    a.number(event.crossing);
    a.size(event.seeds, 8);
    for (auto& word : event.seeds) a.number(word);
    a.size(event.values, 4);
    for (auto& value : event.values) a.number(value);
  }
}

bool ascending(const Counts& counts) {
  const auto low = [](const auto& a, const auto& b) { return a.first >= b.first; };
  return std::ranges::adjacent_find(counts, low) == counts.end() &&
         std::ranges::none_of(counts, [](const auto& bin) { return bin.second == 0; });
}

bool sound(const std::vector<event::OrbitEntry>& orbits) {
  return std::ranges::all_of(orbits, [](const auto& e) { return e.events > 0 && e.first_crossing <= e.last_crossing; });
}

class Encoder {
 public:
  template <class Describe>
  void operator()(Tag tag, Describe describe) {
    FieldWriter fields;
    describe(fields);
    frames_.section(tag, fields.bytes());
  }
  std::vector<std::byte> take() { return frames_.take(); }

 private:
  FrameWriter frames_{magic, version};
};

class Decoder {
 public:
  explicit Decoder(std::span<const std::byte> bytes) : frames_(bytes, magic, version, "record") {}

  /// Reads a section; `describe` returns whether what it read makes sense.
  template <class Describe>
  void operator()(Tag tag, Describe describe) {
    const std::size_t start = frames_.position();
    try {
      FieldReader fields(frames_.section(tag));
      if (!describe(fields) || !fields.at_end()) fields.fail("contradicts itself");
    } catch (core::Error& e) {
      e.offset(start);
      throw;
    }
  }
  bool at_end() const { return frames_.at_end(); }

 private:
  FrameReader frames_;
};

constexpr unsigned front_sections = 7, tail_sections = 10;  // that decode_front and decode_tail have read then

/// Nearly all records of a folder have the same identity, and parsing it takes longer than all the rest that spectra
/// need: the last one of each thread is kept.
const Identity& identity_of(std::string text) {
  struct Last {
    std::string text;
    Identity identity;
  };
  thread_local std::optional<Last> last;
  if (!last || last->text != text) {
    Identity identity = parse_identity(text);
    last = Last{std::move(text), std::move(identity)};
  }
  return last->identity;
}

void decode_front(Decoder& section, Record& record) {
  section(tag("IDEN"), [&](FieldReader& in) {
    std::string text;
    in.text(text);
    record.identity = identity_of(std::move(text));
    return true;
  });
  section(tag("LUMI"), [&](FieldReader& in) {
    head(in, record);
    return record.completeness <= Completeness::incomplete;
  });
  section(tag("SHAR"), [&](FieldReader& in) { return shares(in, record.shares), true; });
  section(tag("CROS"), [&](FieldReader& in) { return crossings(in, record.sum.crossings), true; });
  for (const auto& [name, bins] : {std::pair(tag("ALL "), &record.sum.all), std::pair(tag("PURE"), &record.sum.pure),
                                   std::pair(tag("NONC"), &record.sum.noncolliding)}) {
    section(name, [&](FieldReader& in) { return counts(in, *bins), ascending(*bins); });
  }
}

void decode_orbits(Decoder& section, Record& record) {
  section(tag("PIEC"), [&](FieldReader& in) { return entries(in, record.pieces), sound(record.pieces); });
  section(tag("ORBT"), [&](FieldReader& in) {
    std::vector<event::OrbitEntry> orbits;
    std::vector<std::uint32_t> doubtful;
    entries(in, orbits);
    const auto not_before = [](const auto& a, const auto& b) { return a.orbit >= b.orbit; };
    if (!sound(orbits) || std::ranges::adjacent_find(orbits, not_before) != orbits.end()) return false;
    record.sum.orbits = event::OrbitSet::collect(std::move(orbits), doubtful);
    return true;
  });
}

void decode_tail(Decoder& section, Record& record) {
  section(tag("TAIL"), [&](FieldReader& in) {
    TailRule rule;
    std::vector<TailEvent> events;
    tail(in, rule, events);
    if (events.size() > rule.count) return false;
    record.sum.tail = Tail(rule);
    for (TailEvent& event : events) record.sum.tail.offer(std::move(event));
    return true;
  });
}

}  // namespace

std::vector<std::byte> encode(const Record& record) {
  Encoder section;
  section(tag("IDEN"), [&](FieldWriter& out) { out.text(format_identity(record.identity)); });
  section(tag("LUMI"), [&](FieldWriter& out) { head(out, record); });
  section(tag("SHAR"), [&](FieldWriter& out) { shares(out, record.shares); });
  section(tag("CROS"), [&](FieldWriter& out) { crossings(out, record.sum.crossings); });
  section(tag("ALL "), [&](FieldWriter& out) { counts(out, record.sum.all); });
  section(tag("PURE"), [&](FieldWriter& out) { counts(out, record.sum.pure); });
  section(tag("NONC"), [&](FieldWriter& out) { counts(out, record.sum.noncolliding); });
  section(tag("CONT"), [&](FieldWriter& out) { contradictions(out, record.contradictions); });
  section(tag("INPT"), [&](FieldWriter& out) { inputs(out, record.sum.inputs); });
  section(tag("TAIL"), [&](FieldWriter& out) {
    const std::vector<TailEvent> events = record.sum.tail.sorted();
    tail(out, record.sum.tail.rule(), events);
  });
  section(tag("PIEC"), [&](FieldWriter& out) { entries(out, record.pieces); });
  section(tag("ORBT"), [&](FieldWriter& out) {
    const auto orbits = record.sum.orbits.entries();
    entries(out, orbits);
  });
  return section.take();
}

std::uint64_t end_of(RecordPart part, const core::InputFile& file) {
  if (part == RecordPart::whole) return file.size();
  return end_of_sections(file, magic, part == RecordPart::spectra ? front_sections : tail_sections);
}

Record decode_record(std::span<const std::byte> bytes, RecordPart part) {
  Decoder section(bytes);
  Record record;
  decode_front(section, record);
  if (part == RecordPart::spectra) return record;
  section(tag("CONT"), [&](FieldReader& in) { return contradictions(in, record.contradictions), true; });
  section(tag("INPT"), [&](FieldReader& in) {
    inputs(in, record.sum.inputs);
    return record.sum.inputs.counts.size() == record.sum.inputs.names.size() &&
           std::ranges::all_of(record.sum.inputs.counts, ascending);
  });
  decode_tail(section, record);
  if (part == RecordPart::tail) return record;
  decode_orbits(section, record);
  std::uint64_t orbits = 0;
  for (const InputShare& share : record.shares) orbits += share.orbits;
  if (!section.at_end() || orbits != record.sum.orbits.size()) {
    throw core::Error(core::ErrorCode::damaged, "the record goes on after its end, or has other orbits than it says")
        .offset(bytes.size());
  }
  return record;
}

}  // namespace trigloop::scout
