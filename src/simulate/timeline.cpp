#include "simulate/timeline.hpp"

#include <algorithm>
#include <string>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "core/units.hpp"

namespace trigloop::simulate {
namespace {

constexpr double events_per_block = 8192;

[[noreturn]] void refuse(const std::string& reason, const std::string& remedy) {
  throw core::Error(core::ErrorCode::usage, reason).remedy(remedy);
}

void check(const ScoutingOptions& o) {
  if (o.events == 0 && o.lumisections == 0) refuse("a stream needs a length", "Give --events or --lumisections");
  if (o.orbits == 0 || o.orbits > core::orbits_per_lumisection)
    refuse("a lumisection has 1 to 262144 orbits", "2636 make about 100,000 events with the usual fill");
  if (o.first_lumisection == 0) refuse("lumisections are numbered from 1", "The first of the samples is 214");
  for (const Drift& d : o.drifts) {
    if (d.kind == DriftKind::bunch_fill && !d.by_lumisection)
      refuse("a fill changes between lumisections", "Write bunch-fill:start=LS430,size=2448");
  }
}

}  // namespace

Timeline::Timeline(const ScoutingOptions& o) {
  check(o);
  const auto add_fill = [&](std::uint64_t from, unsigned bunches) {
    fills_.push_back({static_cast<std::uint32_t>(std::min<std::uint64_t>(from, UINT32_MAX)),
                      CrossingSampler(FillScheme(bunches), o.kept, o.seed)});
  };
  add_fill(0, o.bunches);
  for (const Drift& d : o.drifts) {
    if (d.kind == DriftKind::bunch_fill) add_fill(d.start, static_cast<unsigned>(d.size));
  }
  std::ranges::stable_sort(fills_, {}, &Fill::from);

  // Orbit numbers run on through the lumisections; both must fit their 32 bits.
  constexpr std::uint32_t most = UINT32_MAX / core::orbits_per_lumisection - 1;
  for (std::uint32_t ls = o.first_lumisection;; ++ls) {
    if (o.lumisections != 0 && ls - o.first_lumisection == o.lumisections) break;
    if (o.lumisections == 0 && events() >= o.events) break;
    if (ls >= most) refuse("the stream goes beyond lumisection " + std::to_string(most), "Make it shorter");
    const std::size_t known = blocks_.size();
    add_lumisection(o, ls);
    if (o.events != 0) {
      count_events(1);
      if (blocks_.size() == known || events() >= o.events) break;
    }
  }
  count_events(o.threads);
  if (o.events != 0) cut(o.events);
  if (events() == 0) refuse("no crossing is kept", "Raise --kept, --orbits or --bunches");
}

const CrossingSampler& Timeline::sampler(std::uint32_t lumisection) const noexcept {
  const Fill* found = &fills_.front();
  for (const Fill& fill : fills_) {
    if (fill.from <= lumisection) found = &fill;
  }
  return found->sampler;
}

void Timeline::add_lumisection(const ScoutingOptions& o, std::uint32_t ls) {
  const double mean = sampler(ls).mean_per_orbit();
  const auto step = static_cast<std::uint32_t>(std::clamp(events_per_block / mean, 1.0, static_cast<double>(o.orbits)));
  for (std::uint32_t first = 0; first < o.orbits; first += step) {
    blocks_.push_back({ls, ls * core::orbits_per_lumisection + 1 + first, std::min(step, o.orbits - first), 0, 0});
  }
}

void Timeline::count_events(unsigned threads) {
  core::parallel_for(blocks_.size(), threads, [&](std::size_t i, unsigned) {
    OrbitBlock& block = blocks_[i];
    if (block.events != 0) return;
    std::vector<std::uint16_t> kept;
    for (std::uint32_t k = 0; k < block.orbits; ++k)
      block.events += sampler(block.lumisection).sample(block.first_orbit + k, kept);
  });
  std::uint64_t first = 0;
  for (OrbitBlock& block : blocks_) {
    block.first_event = first;
    first += block.events;
  }
}

void Timeline::cut(std::uint64_t events) {
  while (!blocks_.empty() && blocks_.back().first_event >= events) blocks_.pop_back();
  if (blocks_.empty() || this->events() <= events) return;
  OrbitBlock& last = blocks_.back();
  last.events = events - last.first_event;
  // The orbits that are seen end with the one of the last event.
  std::vector<std::uint16_t> kept;
  std::uint64_t made = 0;
  std::uint32_t orbits = 0;
  while (made < last.events) made += sampler(last.lumisection).sample(last.first_orbit + orbits++, kept);
  last.orbits = orbits;
}

}  // namespace trigloop::simulate
