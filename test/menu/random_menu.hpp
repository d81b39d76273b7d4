#pragma once
// Random menus whose seeds ask for all that a menu can ask for.
#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "core/random.hpp"
#include "menu/menu.hpp"

namespace trigloop::test {

class RandomMenu {
 public:
  explicit RandomMenu(std::uint64_t seed, std::size_t seeds = 70, int combinations = 40) : random_(seed, 1) {
    for (std::size_t k = menu::object_kinds; k < menu::kinds; ++k)
      menu_.sum_types[k] = static_cast<std::int32_t>(k - menu::object_kinds);
    menu_.muon_pt_offset = below(2);
    for (int c = 0; c < combinations; ++c)
      menu_.combinations.push_back(chance(30) && c > 0 ? stricter() : combination());
    for (std::size_t s = 0; s < seeds; ++s) {
      menu::Seed one;
      one.name = "seed" + std::to_string(s);
      for (int a = below(3); a >= 0; --a) {
        auto& alternative = one.alternatives.emplace_back();
        for (int n = below(2); n >= 0; --n) alternative.push_back(static_cast<std::uint32_t>(below(combinations)));
      }
      menu_.seeds.push_back(std::move(one));
    }
  }
  const menu::Menu& operator()() const { return menu_; }
  /// Some seeds count fewer events, or none.
  void prescale() {
    for (menu::Seed& seed : menu_.seeds) seed.prescale = chance(60) ? 100 : chance(80) ? 250 : 0;
  }

 private:
  using Charges = menu::Charges;
  using Combination = menu::Combination;
  using Correlation = menu::Correlation;
  using Kind = menu::Kind;
  using Leg = menu::Leg;

  int below(int n) { return static_cast<int>(random_() % static_cast<unsigned>(n)); }
  bool chance(int percent) { return below(100) < percent; }

  Leg leg(Kind kind) {
    Leg leg;
    leg.kind = kind;
    leg.pt.low = 1 + below(is_sum(kind) ? 600 : 60);
    if (chance(10)) leg.pt.high = leg.pt.low + below(60);
    if (is_sum(kind)) return leg;
    if (chance(30)) leg.eta = {-30 - below(150), 30 + below(150)};
    if (chance(10)) leg.not_eta = {-below(60), below(60)};
    if (chance(20) && (kind == Kind::eg || kind == Kind::tau)) leg.isolation = 1u + static_cast<unsigned>(below(15));
    if (chance(30) && (kind == Kind::mu || kind == Kind::jet)) leg.quality = ~0u << below(16);
    if (chance(10) && kind == Kind::mu) leg.charge = chance(50) ? 1 : -1;
    return leg;
  }

  Combination combination() {
    Combination one;
    const auto kind = [&] { return static_cast<Kind>(chance(15) ? 4 + below(8) : below(4)); };
    const Kind first = kind();
    for (int n = is_sum(first) ? 0 : below(4); n >= 0; --n) {
      Kind next = chance(60) ? first : kind();
      if (is_sum(next) && !one.legs.empty()) next = Kind::jet;
      one.legs.push_back(leg(next));
    }
    if (one.legs.size() > 1 && chance(60)) one.correlations.push_back(correlation(one));
    if (one.legs.size() > 2 && chance(40)) one.correlations.push_back(correlation(one));
    return one;
  }

  /// A combination that another one does for, but for its order of legs.
  Combination stricter() {
    Combination one = menu_.combinations[static_cast<std::size_t>(below(static_cast<int>(menu_.combinations.size())))];
    for (Leg& leg : one.legs) {
      if (chance(50)) leg.pt.low = std::min(leg.pt.high, leg.pt.low + below(20));
      if (chance(20) && !is_sum(leg.kind)) leg.eta = {std::max(leg.eta.low, -40), std::min(leg.eta.high, 40)};
    }
    if (one.legs.size() < 3 && chance(50)) one.legs.push_back(leg(static_cast<Kind>(below(4))));
    if (one.legs.size() > 1 && chance(20)) one.correlations.push_back(correlation(one));
    if (one.correlations.empty() && chance(50)) std::ranges::reverse(one.legs);
    return one;
  }

  Correlation correlation(const Combination& of) {
    Correlation one;
    const int n = static_cast<int>(of.legs.size());
    const auto a = static_cast<std::uint8_t>(below(n - 1));
    const auto b = static_cast<std::uint8_t>(a + 1 + below(n - 1 - a));
    one.legs = {a, b};
    if (chance(30)) one.legs = n == 2 ? std::vector<std::uint8_t>{0, 1} : std::vector<std::uint8_t>{0, 1, 2};
    const bool two = one.legs.size() == 2;
    bool muons = true, directed = true;
    for (const auto number : one.legs) {
      muons = muons && of.legs[number].kind == Kind::mu;
      directed = directed && !is_sum(of.legs[number].kind);
    }
    if (muons && chance(50)) one.charges = chance(50) ? Charges::opposite : Charges::same;
    if (two && chance(30)) one.d_phi = {below(1500), 1500 + below(1700)};
    if (!directed) return one;
    if (two && chance(30)) one.d_r2 = {below(500'000), 500'000 + below(9'000'000)};
    if (two && chance(30)) one.d_eta = {below(300), 300 + below(2000)};
    if (chance(40)) one.mass2 = {below(40) * 1'000'000, 100'000'000 + below(2000) * std::int64_t{1'000'000}};
    return one;
  }

  core::Philox random_;
  menu::Menu menu_;
};

}  // namespace trigloop::test
