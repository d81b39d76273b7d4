#include "scout/record/reservoir.hpp"

#include <algorithm>
#include <tuple>

#include "scout/record/frame.hpp"

namespace trigloop::scout {
namespace {

std::uint64_t zigzag(std::int64_t value) noexcept {
  return static_cast<std::uint64_t>(value) << 1 ^ static_cast<std::uint64_t>(value >> 63);
}
std::int64_t unzigzag(std::uint64_t value) noexcept {
  return static_cast<std::int64_t>(value >> 1 ^ (~(value & 1) + 1));
}

FieldWriter packed(const TailEvent& event) {
  FieldWriter out;
  out.packed(event.orbit);
  out.packed(event.crossing);
  out.packed(zigzag(event.code));
  out.packed(event.seeds.size());
  for (const std::uint64_t word : event.seeds) out.packed(word);
  for (const std::int32_t value : event.values) out.packed(zigzag(value));
  return out;
}

template <class T>
T number(FieldReader& in) {
  std::uint64_t value = 0;
  in.packed(value);
  const auto narrow = static_cast<T>(value);
  if (narrow != value) in.fail("has an event whose orbit or crossing is too large");
  return narrow;
}

TailEvent unpacked(std::span<const std::byte> bytes) {
  FieldReader in(bytes);
  TailEvent event;
  event.orbit = number<std::uint32_t>(in);
  event.crossing = number<std::uint16_t>(in);
  std::uint64_t value = 0;
  in.packed(value);
  event.code = unzigzag(value);
  const auto words = number<std::uint16_t>(in);
  for (unsigned i = 0; i < words; ++i) in.packed(event.seeds.emplace_back());
  while (!in.at_end()) {
    in.packed(value);
    const std::int64_t wide = unzigzag(value);
    if (wide < INT32_MIN || wide > INT32_MAX) in.fail("has a value of more than 32 bits");
    event.values.push_back(static_cast<std::int32_t>(wide));
  }
  return event;
}

}  // namespace

bool Reservoir::sooner(const Place& a, const Place& b) noexcept {
  return std::tie(a.lot, a.orbit, a.crossing) < std::tie(b.lot, b.orbit, b.crossing);
}

void Reservoir::offer(std::uint64_t lot, const TailEvent& event) {
  if (lot >= limit_) return;
  keep({lot, event.orbit, event.crossing, 0, 0}, packed(event).bytes());
}

void Reservoir::offer_packed(const Lots& lots, std::span<const std::byte> bytes) {
  const TailEvent event = unpacked(bytes);
  const std::uint64_t lot = lots(event.orbit, event.crossing);
  if (lot < limit_) keep({lot, event.orbit, event.crossing, 0, 0}, bytes);
}

void Reservoir::keep(const Place& place, std::span<const std::byte> bytes) {
  // A cut looks at all: it comes after so many that each event pays for a few looks.
  constexpr std::size_t least_surplus = 64;
  places_.push_back({place.lot, place.orbit, place.crossing, bytes_.size(), bytes.size()});
  bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
  if (places_.size() >= rule_.count + std::max<std::size_t>(least_surplus, rule_.count / 4)) cut();
}

void Reservoir::cut() {
  if (places_.size() < rule_.count) return;
  const auto last = places_.begin() + rule_.count - 1;
  std::nth_element(places_.begin(), last, places_.end(), sooner);
  limit_ = std::min(limit_, last->lot == UINT64_MAX ? UINT64_MAX : last->lot + 1);
  places_.resize(rule_.count);
  std::vector<std::byte> bytes;
  bytes.reserve(bytes_.size());
  for (Place& place : places_) {
    const auto own = bytes_of(place);
    place.begin = bytes.size();
    bytes.insert(bytes.end(), own.begin(), own.end());
  }
  bytes_ = std::move(bytes);
}

void Reservoir::join(const Reservoir& other) {
  if (other.rule_.count < rule_.count) {
    rule_.count = other.rule_.count;
    rule_.count == 0 ? restart(0) : cut();
  }
  for (const Place& place : other.places_) {
    if (place.lot < limit_) keep(place, other.bytes_of(place));
  }
}

void Reservoir::restart(std::uint64_t limit) noexcept {
  places_.clear();
  bytes_.clear();
  limit_ = limit;
}

std::vector<Reservoir::Place> Reservoir::kept() const {
  std::vector<Place> all = places_;
  const auto end = all.begin() + static_cast<std::ptrdiff_t>(size());
  std::nth_element(all.begin(), end, all.end(), sooner);
  all.erase(end, all.end());
  std::ranges::sort(all, {}, [](const Place& p) { return std::tuple(p.orbit, p.crossing); });
  return all;
}

std::vector<std::span<const std::byte>> Reservoir::packed_events() const {
  std::vector<std::span<const std::byte>> events;
  for (const Place& place : kept()) events.push_back(bytes_of(place));
  return events;
}

std::vector<TailEvent> Reservoir::events() const {
  std::vector<TailEvent> events;
  for (const auto bytes : packed_events()) events.push_back(unpacked(bytes));
  return events;
}

}  // namespace trigloop::scout
