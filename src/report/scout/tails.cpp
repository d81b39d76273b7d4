#include "report/scout/tails.hpp"

#include <algorithm>
#include <iterator>
#include <mutex>
#include <span>
#include <tuple>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "core/units.hpp"
#include "scout/history/places.hpp"

namespace trigloop::report::scouting {
namespace {

namespace fs = std::filesystem;
using core::Error;
using core::ErrorCode;

bool before(const KeptEvent& a, const KeptEvent& b) {
  return std::tie(b.event.code, a.lumi, a.event.orbit, a.event.crossing) <
         std::tie(a.event.code, b.lumi, b.event.orbit, b.event.crossing);
}

void check_same(const scout::Identity& first, const scout::Identity& other, const fs::path& path) {
  const char* what = first.model != other.model               ? "model"
                     : first.fraction != other.fraction       ? "score"
                     : first.seeds != other.seeds             ? "menu"
                     : first.tail_layout != other.tail_layout ? "kept objects"
                                                              : nullptr;
  if (what == nullptr) return;
  throw Error(ErrorCode::mismatch, std::string("is of another ") + what + " than the records before")
      .file(path.native())
      .remedy("Look at one run's output at a time");
}

void add_crossings(Tails& tails, const std::vector<std::uint64_t>& crossings) {
  const std::size_t n = std::min(tails.crossings.size(), crossings.size());
  for (std::size_t i = 0; i < n; ++i) tails.crossings[i] += crossings[i];
}

/// Of all events, if `top` is 0.
void keep_best(std::vector<KeptEvent>& events, std::size_t top) {
  if (top == 0 || events.size() <= top) return;
  std::ranges::sort(events, before);
  events.resize(top);
}

/// A part of the records, its events best first.
Tails read_some(std::span<const fs::path> paths, const scout::Identity& first, std::size_t top) {
  Tails tails;
  tails.crossings.resize(core::crossings_per_orbit + 1);
  for (const fs::path& path : paths) {
    const scout::Record record = scout::read_record(path, scout::RecordPart::tail);
    check_same(first, record.identity, path);
    ++tails.lumisections;
    for (scout::TailEvent& event : record.sum.tail.sorted()) tails.events.push_back({record.lumi(), std::move(event)});
    add_crossings(tails, record.sum.crossings);
    keep_best(tails.events, top);
  }
  return tails;
}

}  // namespace

Tails read_tails(const std::vector<fs::path>& places, std::size_t top) {
  constexpr std::size_t records_a_piece = 64;
  const std::vector<fs::path> paths = scout::find_records(places);
  Tails all;
  all.crossings.resize(core::crossings_per_orbit + 1);
  if (paths.empty()) return all;
  all.identity = scout::read_record(paths.front(), scout::RecordPart::spectra).identity;
  std::mutex mutex;
  core::parallel_for((paths.size() + records_a_piece - 1) / records_a_piece, 0, [&](std::size_t piece, unsigned) {
    const std::size_t first = piece * records_a_piece;
    const auto part = std::span(paths).subspan(first, std::min(records_a_piece, paths.size() - first));
    Tails tails = read_some(part, all.identity, top);
    const std::lock_guard lock(mutex);
    all.lumisections += tails.lumisections;
    add_crossings(all, tails.crossings);
    std::ranges::move(tails.events, std::back_inserter(all.events));
    keep_best(all.events, top);
  });
  std::ranges::sort(all.events, before);
  return all;
}

std::vector<std::string> seeds_of(const scout::Identity& identity, const scout::TailEvent& event) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < identity.seeds.size() && i / 64 < event.seeds.size(); ++i) {
    if ((event.seeds[i / 64] >> (i % 64) & 1) != 0) names.push_back(identity.seeds[i]);
  }
  return names;
}

}  // namespace trigloop::report::scouting
