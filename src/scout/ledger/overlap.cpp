#include "scout/ledger/overlap.hpp"

#include <algorithm>
#include <span>
#include <tuple>

namespace trigloop::scout {
namespace {

using event::OrbitEntry;
using Pieces = std::vector<OrbitEntry>;

bool by_place(const OrbitEntry& a, const OrbitEntry& b) noexcept {
  return std::tie(a.orbit, a.first_crossing, a.last_crossing) < std::tie(b.orbit, b.first_crossing, b.last_crossing);
}

bool overlap(const OrbitEntry& a, const OrbitEntry& b) noexcept {
  return a.first_crossing <= b.last_crossing && b.first_crossing <= a.last_crossing;
}

bool within(const OrbitEntry& inner, const OrbitEntry& outer) noexcept {
  return outer.first_crossing <= inner.first_crossing && inner.last_crossing <= outer.last_crossing;
}

/// Whether a part of an orbit can be what `outer` has there: each end of a stretch is an event.
bool can_be_part(const OrbitEntry& part, const OrbitEntry& outer) noexcept {
  const unsigned outside = (outer.first_crossing < part.first_crossing) + (part.last_crossing < outer.last_crossing);
  return part.events + outside <= outer.events;
}

std::span<const OrbitEntry> of_orbit(const Pieces& entries, std::uint32_t orbit) {
  const auto found = std::ranges::equal_range(entries, orbit, {}, &OrbitEntry::orbit);
  return {found.begin(), found.end()};
}

/// The stretches of an orbit that are in.
Pieces pieces_of(const Record& record, const OrbitEntry& whole) {
  const auto pieces = of_orbit(record.pieces, whole.orbit);
  return pieces.empty() ? Pieces{whole} : Pieces(pieces.begin(), pieces.end());
}

OrbitEntry sum_of(std::span<const OrbitEntry> pieces) {
  OrbitEntry sum = pieces.front();
  for (const OrbitEntry& piece : pieces.subspan(1)) {
    sum.events += piece.events;
    sum.hash += piece.hash;
    sum.first_crossing = std::min(sum.first_crossing, piece.first_crossing);
    sum.last_crossing = std::max(sum.last_crossing, piece.last_crossing);
  }
  return sum;
}

/// The same crossings as disjoint stretches: pieces can lie within others, where an input had what stood around them.
Pieces united(Pieces stretches) {
  std::ranges::sort(stretches, by_place);
  Pieces out;
  for (const OrbitEntry& stretch : stretches) {
    if (!out.empty() && out.back().orbit == stretch.orbit && overlap(out.back(), stretch)) {
      out.back().last_crossing = std::max(out.back().last_crossing, stretch.last_crossing);
    } else {
      out.push_back({stretch.orbit, 0, stretch.first_crossing, stretch.last_crossing, 0});
    }
  }
  return out;
}

std::string names(const std::vector<InputShare>& shares) {
  if (shares.size() > 3) return "one of " + std::to_string(shares.size()) + " inputs";
  std::string text;
  for (const InputShare& share : shares) text += (text.empty() ? "" : ", ") + share.input.name;
  return text;
}

/// Judges orbit by orbit what a contribution may add.
class Reviewer {
 public:
  Reviewer(const Record& record, const Contribution& contribution, const Review& earlier)
      : record_(record), contribution_(contribution), earlier_(earlier), result_(earlier) {
    result_.again = result_.nothing_new = false;
  }

  Review run() {
    const auto orbits = contribution_.orbits.entries();
    const auto known = record_.sum.orbits.entries();
    auto in = known.begin();
    for (const OrbitEntry& entry : orbits) {
      in = std::lower_bound(in, known.end(), entry, [](const auto& a, const auto& b) { return a.orbit < b.orbit; });
      if (in == known.end() || in->orbit != entry.orbit) continue;
      judge(entry, *in, entry.orbit == orbits.front().orbit || entry.orbit == orbits.back().orbit);
    }
    check_vanished();
    result_.nothing_new = left_out_ > 0 && left_out_ == orbits.size();
    result_.again = !result_.nothing_new && (left_out_ > 0 || cut_ > 0);
    std::ranges::sort(result_.leave_out);
    result_.covered = united(std::move(result_.covered));
    std::ranges::sort(result_.rest, by_place);
    return std::move(result_);
  }

 private:
  void judge(const OrbitEntry& entry, const OrbitEntry& whole, bool at_edge) {
    Pieces met = pieces_of(record_, whole);
    const auto earlier = of_orbit(earlier_.covered, entry.orbit);
    std::erase_if(met, [&](const OrbitEntry& piece) {
      return !overlap(piece, entry) ||
             std::ranges::any_of(earlier, [&](const OrbitEntry& stretch) { return within(piece, stretch); });
    });
    if (met.empty()) return check_rest(entry, whole);
    const OrbitEntry sum = sum_of(met);
    const bool all_within = std::ranges::all_of(met, [&](const OrbitEntry& piece) { return within(piece, entry); });
    if (all_within && sum.events == entry.events && sum.hash == entry.hash) {
      duplicate(entry);
    } else if (all_within && sum.events < entry.events) {
      cover(entry, met);
      result_.rest.push_back({entry.orbit, entry.events - sum.events, 0, 0, entry.hash - sum.hash});
    } else if (at_edge && !all_within && met.size() == 1 && within(entry, met[0])) {
      can_be_part(entry, met[0]) ? duplicate(entry) : contradict(entry.orbit, whole, entry);
    } else if (at_edge && !all_within) {
      cover(entry, met);
    } else {
      contradict(entry.orbit, whole, entry);
    }
  }

  /// What is left of an orbit must be what its sums promised.
  void check_rest(const OrbitEntry& entry, const OrbitEntry& whole) {
    const auto rest = of_orbit(earlier_.rest, entry.orbit);
    if (rest.empty() || (rest[0].events == entry.events && rest[0].hash == entry.hash)) return;
    contradict(entry.orbit, whole, entry);
  }

  /// Orbits that were to leave something, and left nothing: copies where nothing was promised.
  void check_vanished() {
    for (const OrbitEntry& piece : earlier_.covered) {
      if (contribution_.orbits.contains(piece.orbit) || std::ranges::count(result_.leave_out, piece.orbit) > 0)
        continue;
      const auto rest = of_orbit(earlier_.rest, piece.orbit);
      rest.empty() ? duplicate(piece) : contradict(piece.orbit, *record_.sum.orbits.find(piece.orbit), rest[0]);
      --left_out_;  // it is out already
    }
  }

  void duplicate(const OrbitEntry& entry) {
    result_.leave_out.push_back(entry.orbit);
    ++result_.duplicate_orbits;
    ++left_out_;
  }
  void cover(const OrbitEntry& entry, const Pieces& pieces) {
    std::erase_if(result_.rest, [&](const OrbitEntry& rest) { return rest.orbit == entry.orbit; });
    result_.covered.insert(result_.covered.end(), pieces.begin(), pieces.end());
    ++cut_;
  }
  void contradict(std::uint32_t orbit, const OrbitEntry& kept, const OrbitEntry& refused) {
    std::erase_if(result_.covered, [&](const OrbitEntry& piece) { return piece.orbit == orbit; });
    std::erase_if(result_.rest, [&](const OrbitEntry& rest) { return rest.orbit == orbit; });
    result_.leave_out.push_back(orbit);
    result_.contradictions.push_back(
        {orbit, names(record_.shares), contribution_.input.name, kept.events, refused.events, kept.hash, refused.hash});
    ++left_out_;
  }

  const Record& record_;
  const Contribution& contribution_;
  const Review& earlier_;
  Review result_;
  std::size_t left_out_ = 0, cut_ = 0;  ///< orbits of this contribution
};

InputShare& share_of(Record& record, const InputId& input) {
  const auto found = std::ranges::find(record.shares, input.hash, [](const auto& s) { return s.input.hash; });
  if (found != record.shares.end()) return *found;
  record.shares.push_back({.input = input});
  return record.shares.back();
}

void add_pieces(Record& record, const event::OrbitSet& orbits, InputShare& share) {
  Pieces fresh;
  for (const OrbitEntry& entry : orbits.entries()) {
    const OrbitEntry* whole = record.sum.orbits.find(entry.orbit);
    ++(whole == nullptr ? share.orbits : share.split_orbits);
    if (whole == nullptr) continue;
    if (of_orbit(record.pieces, entry.orbit).empty()) fresh.push_back(*whole);
    fresh.push_back(entry);
  }
  record.pieces.insert(record.pieces.end(), fresh.begin(), fresh.end());
  std::ranges::sort(record.pieces, by_place);
}

void add_crossings(std::vector<std::uint64_t>& sum, const std::vector<std::uint64_t>& other) {
  if (sum.size() < other.size()) sum.resize(other.size());
  for (std::size_t i = 0; i < other.size(); ++i) sum[i] += other[i];
}

void add_contradictions(Record& record, const Review& review) {
  record.contradictions.insert(record.contradictions.end(), review.contradictions.begin(), review.contradictions.end());
  std::ranges::stable_sort(record.contradictions, {}, &Contradiction::orbit);
}

}  // namespace

Review review(const Record& record, const Contribution& contribution, const Review& earlier) {
  return Reviewer(record, contribution, earlier).run();
}

void join(Record& record, const Contribution& contribution, const Review& review, std::uint64_t repeated_rows) {
  Record next = record;
  InputShare& share = share_of(next, contribution.input);
  share.orbits_stated = contribution.orbits_stated;
  share.rows += contribution.orbits.events();
  share.duplicate_orbits += review.duplicate_orbits;
  share.repeated_rows += repeated_rows;
  share.contradicting_orbits += review.contradictions.size();
  add_pieces(next, contribution.orbits, share);
  Contribution& sum = next.sum;
  sum.orbits.join(contribution.orbits);
  sum.orbits_stated += contribution.orbits_stated;
  add(sum.all, contribution.all);
  add(sum.pure, contribution.pure);
  add(sum.noncolliding, contribution.noncolliding);
  add_crossings(sum.crossings, contribution.crossings);
  add(sum.inputs, contribution.inputs);
  sum.tail.join(contribution.tail);
  if (!contribution.orbits.empty()) sum.reservoir.join(contribution.reservoir);
  sum.tile_counts += contribution.tile_counts;
  add_contradictions(next, review);
  record = std::move(next);
}

void note_duplicate(Record& record, const InputId& input, const Review& review) {
  InputShare& share = share_of(record, input);
  share.duplicate_orbits += review.duplicate_orbits;
  share.contradicting_orbits += review.contradictions.size();
  add_contradictions(record, review);
}

}  // namespace trigloop::scout
