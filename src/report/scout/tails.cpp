#include "report/scout/tails.hpp"

#include <algorithm>
#include <tuple>

#include "core/error.hpp"
#include "core/units.hpp"

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

}  // namespace

std::vector<fs::path> find_records(const std::vector<fs::path>& places) {
  std::vector<fs::path> records;
  for (const fs::path& place : places) {
    std::error_code ignored;
    if (!fs::is_directory(place, ignored)) {
      records.push_back(place);
      continue;
    }
    const auto found = scout::list_records(place);
    if (found.empty()) {
      throw Error(ErrorCode::not_found, "holds no records")
          .file(place.native())
          .remedy("`trigloop scout run` makes them");
    }
    records.insert(records.end(), found.begin(), found.end());
  }
  return records;
}

Tails read_tails(const std::vector<fs::path>& places, std::size_t top) {
  Tails tails;
  tails.crossings.resize(core::crossings_per_orbit + 1);
  for (const fs::path& path : find_records(places)) {
    const scout::Record record = scout::read_record(path);
    if (tails.lumisections++ == 0) tails.identity = record.identity;
    check_same(tails.identity, record.identity, path);
    for (scout::TailEvent& event : record.sum.tail.sorted()) tails.events.push_back({record.lumi(), std::move(event)});
    for (std::size_t i = 0; i < std::min(tails.crossings.size(), record.sum.crossings.size()); ++i) {
      tails.crossings[i] += record.sum.crossings[i];
    }
    if (top != 0 && tails.events.size() > top) {
      std::ranges::sort(tails.events, before);
      tails.events.resize(top);
    }
  }
  std::ranges::sort(tails.events, before);
  return tails;
}

std::vector<std::string> seeds_of(const scout::Identity& identity, const scout::TailEvent& event) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < identity.seeds.size() && i / 64 < event.seeds.size(); ++i) {
    if ((event.seeds[i / 64] >> (i % 64) & 1) != 0) names.push_back(identity.seeds[i]);
  }
  return names;
}

}  // namespace trigloop::report::scouting
