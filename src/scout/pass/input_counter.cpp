#include "scout/pass/input_counter.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "scout/pass/gather.hpp"

namespace trigloop::scout {
namespace {

// Hardware values: pt up to 4095, eta and phi below 576. Anything else is counted, too, but slower.
constexpr std::int64_t lowest = -1024;
constexpr std::size_t bins = 1024 + 4096;

}  // namespace

InputCounter::InputCounter(const Binding& binding)
    : binding_(binding),
      counts_(binding.input_names.size(), DenseCounts(lowest, bins)),
      features_(binding.plan.features * most_waiting),
      multiplicities_(binding.multiplicities.size() * most_waiting) {}

std::uint64_t InputCounter::bytes(const Binding& binding) {
  return binding.input_names.size() * (bins * sizeof(std::uint32_t) + most_waiting * sizeof(std::int16_t));
}

void InputCounter::take(const event::Tile& tile, const event::Columns& window, std::size_t first, std::size_t begin,
                        std::size_t end) {
  events_ += end - begin;
  while (begin < end) {
    const std::size_t n = std::min(end - begin, most_waiting - waiting_);
    for (std::uint32_t f = 0; f < tile.features; ++f) {
      std::copy_n(tile.row<std::int16_t>(f).data() + begin, n, features_.data() + f * most_waiting + waiting_);
    }
    for (std::size_t m = 0; m < binding_.multiplicities.size(); ++m) {
      const event::ColumnView& column = window.columns[static_cast<std::size_t>(binding_.multiplicities[m])];
      std::int32_t* to = multiplicities_.data() + m * most_waiting + waiting_;
      for (std::size_t i = 0; i < n; ++i) {
        to[i] = static_cast<std::int32_t>(items_of(column, first + begin + i).count);
      }
    }
    waiting_ += n;
    begin += n;
    if (waiting_ == most_waiting) count_waiting();
  }
}

void InputCounter::count_waiting() {
  const std::size_t features = features_.size() / most_waiting;
  const auto row = [&](std::size_t f) { return std::span<const std::int16_t>(&features_[f * most_waiting], waiting_); };
  constexpr std::size_t abreast = 4;
  std::size_t f = 0;
  for (; f + abreast <= features; f += abreast) {
    DenseCounts::count_rows(std::span<DenseCounts, abreast>(&counts_[f], abreast),
                            std::array{row(f).data(), row(f + 1).data(), row(f + 2).data(), row(f + 3).data()},
                            waiting_);
  }
  for (; f < features; ++f) counts_[f].count(row(f));
  for (std::size_t m = 0; m < binding_.multiplicities.size(); ++m) {
    counts_[features + m].count(std::span<const std::int32_t>(&multiplicities_[m * most_waiting], waiting_));
  }
  for (const EtaRegions& regions : binding_.eta_regions) count_regions(regions);
  waiting_ = 0;
}

void InputCounter::count_regions(const EtaRegions& regions) {
  const std::int16_t *pt = &features_[regions.pt * most_waiting], *eta = &features_[regions.eta * most_waiting];
  std::array<std::uint8_t, most_waiting> all_regions, region;
  for (std::size_t i = 0; i < waiting_; ++i) {
    const std::int32_t distance = std::abs(std::int32_t{eta[i]});
    std::uint8_t beyond = 0;
    for (const std::int32_t edge : regions.edges) beyond = static_cast<std::uint8_t>(beyond + (distance >= edge));
    all_regions[i] = beyond;
  }
  // Whether there is such an object cannot be foreseen: no branch asks.
  std::array<std::int16_t, most_waiting> pts;
  std::size_t objects = 0;
  for (std::size_t i = 0; i < waiting_; ++i) {
    pts[objects] = pt[i];
    region[objects] = all_regions[i];
    objects += pt[i] != 0;
  }
  const auto further = static_cast<std::size_t>(
      std::ranges::count_if(regions.edges, [](std::int32_t edge) { return edge != INT32_MAX; }));
  DenseCounts::count_into<std::int16_t>(std::span(counts_).subspan(regions.first, 1 + further),
                                        std::span(region).first(objects), std::span(pts).first(objects));
}

void InputCounter::drain(InputHistograms& into) {
  count_waiting();
  for (std::size_t c = 0; c < counts_.size(); ++c) counts_[c].drain(into.counts[c]);
  into.events += events_;
  events_ = 0;
}

}  // namespace trigloop::scout
