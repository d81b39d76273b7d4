#include "deploy/network/test_events.hpp"

#include <algorithm>
#include <span>

#include "core/random.hpp"

namespace trigloop::deploy {
namespace {

class Maker {
 public:
  Maker(core::FixedPoint type, std::uint64_t seed, Pattern pattern)
      : random_(seed, 0xDE9107 + static_cast<std::uint64_t>(pattern)),
        pattern_(pattern),
        low_(static_cast<int>(type.min_code())),
        high_(static_cast<int>(type.max_code())),
        bits_(type.width) {}

  /// Event `e` into `out`.
  void operator()(std::size_t e, std::span<std::int16_t> out) {
    if (pattern_ == Pattern::single_bits) return single_bit(e, out);
    for (std::int16_t& code : out) code = within(value());
    if (pattern_ == Pattern::one_moves) move_one(e, out);
  }

 private:
  int below(int n) { return static_cast<int>(random_() % static_cast<unsigned>(n)); }
  std::int16_t within(int value) const { return static_cast<std::int16_t>(std::clamp(value, low_, high_)); }

  int value() {
    switch (pattern_) {
      case Pattern::uniform:
        return low_ + below(high_ - low_ + 1);
      case Pattern::extremes: {
        const int ends[] = {low_, low_ + 1, -1, 0, 1, high_ - 1, high_};
        return ends[below(7)];
      }
      case Pattern::powers: {
        const int sum = (1 << below(bits_)) + (below(2) == 0 ? 0 : 1 << below(bits_)) + below(3) - 1;
        return below(2) == 0 ? sum : -sum;
      }
      default: {
        const int size = below(1 << below(bits_ + 1));
        return below(2) == 0 ? size : -size;
      }
    }
  }

  void single_bit(std::size_t e, std::span<std::int16_t> out) const {
    const auto width = static_cast<std::size_t>(bits_);
    const std::size_t bit = e % width, feature = e / width % out.size();
    const bool ones = e / width / out.size() % 2 == 1;
    std::ranges::fill(out, within(ones ? -1 : 0));
    const auto flipped = static_cast<std::uint16_t>(static_cast<std::uint16_t>(out[feature]) ^ (1u << bit));
    // In the input's type: the highest bit is the sign.
    const unsigned spare = 16 - static_cast<unsigned>(bits_);
    out[feature] = within(low_ < 0 ? static_cast<std::int16_t>(flipped << spare) >> spare : flipped);
  }

  void move_one(std::size_t e, std::span<std::int16_t> out) {
    constexpr std::size_t steps = 64;
    if (e % steps == 0) base_.assign(out.begin(), out.end());
    std::ranges::copy(base_, out.begin());
    const std::size_t feature = e / steps % out.size();
    const long range = high_ - low_;
    out[feature] = within(low_ + static_cast<int>(range * static_cast<long>(e % steps) / static_cast<long>(steps - 1)));
  }

  core::Philox random_;
  Pattern pattern_;
  int low_, high_, bits_;
  std::vector<std::int16_t> base_;
};

}  // namespace

std::string_view name_of(Pattern pattern) noexcept {
  constexpr std::string_view names[] = {"uniform", "sizes", "extremes", "powers of two", "single bits", "one moves"};
  return names[static_cast<std::size_t>(pattern)];
}

std::vector<std::int16_t> make_events(const Network& network, Pattern pattern, std::size_t count, std::uint64_t seed,
                                      int bits) {
  core::FixedPoint type = network.input_type();
  if (bits > 0) type.width = std::min(type.width, bits);
  const std::size_t features = network.features();
  std::vector<std::int16_t> events(count * features);
  Maker make(type, seed, pattern);
  for (std::size_t e = 0; e < count; ++e) make(e, std::span(events).subspan(e * features, features));
  return events;
}

std::vector<std::int16_t> test_events(const Network& network, std::size_t count, std::uint64_t seed) {
  const std::size_t features = network.features(), kinds = std::size(patterns);
  std::vector<std::int16_t> events(count * features);
  for (std::size_t p = 0; p < kinds; ++p) {
    Maker make(network.input_type(), seed, patterns[p]);
    for (std::size_t e = p, k = 0; e < count; e += kinds, ++k)
      make(k, std::span(events).subspan(e * features, features));
  }
  return events;
}

}  // namespace trigloop::deploy
