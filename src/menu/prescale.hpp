#pragma once
// Which events a prescale keeps: a function of the event and the seed, whatever the order in which events come.
#include <array>
#include <bit>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

#include "core/random.hpp"
#include "menu/bind.hpp"

namespace trigloop::menu {

/// FNV-1a: which events a prescale keeps must not change with a library.
inline std::uint32_t hash_of(std::string_view name) noexcept {
  std::uint32_t hash = 2166136261u;
  for (const char c : name) hash = (hash ^ static_cast<std::uint8_t>(c)) * 16777619u;
  return hash;
}

class Prescaler {
 public:
  Prescaler(const Binding& binding, std::span<const std::int32_t> positions) {
    for (std::size_t i = 0; i < 3; ++i) {
      const std::int32_t column = binding.key_columns[i];
      if (column != no_column) positions_[i] = positions[static_cast<std::size_t>(column)];
    }
    for (const Seed& seed : binding.menu.seeds) {
      factors_.push_back(seed.prescale);
      names_.push_back(hash_of(seed.name));
    }
  }

  /// As the uGT's counter: of every `factor` hundredths, 100 pass; but drawn by the event's key, not counted.
  bool passes(const event::Columns& window, std::size_t entry, std::size_t seed) const noexcept {
    const std::uint64_t factor = factors_[seed];
    if (factor == 100) return true;
    const auto words = core::philox4x32(key(window, entry), {names_[seed], 0x6d656e75});
    return (words[0] * factor) >> 32 < 100;
  }

  /// Of `events` (bit i: entry first + i), those that pass.
  std::uint64_t passing(const event::Columns& window, std::size_t first, std::uint64_t events,
                        std::size_t seed) const noexcept {
    if (factors_[seed] == 100) return events;
    std::uint64_t kept = 0;
    for (std::uint64_t left = events; left != 0; left &= left - 1) {
      const int i = std::countr_zero(left);
      kept |= std::uint64_t{passes(window, first + static_cast<std::size_t>(i), seed)} << i;
    }
    return kept;
  }

 private:
  std::array<std::uint32_t, 4> key(const event::Columns& window, std::size_t entry) const noexcept {
    if (positions_[1] == no_column || positions_[2] == no_column) {
      const std::uint64_t number = window.first_entry + entry;
      return {static_cast<std::uint32_t>(number), static_cast<std::uint32_t>(number >> 32), 0, 1};
    }
    return {value(window, 0, entry), value(window, 1, entry), value(window, 2, entry), 0};
  }
  std::uint32_t value(const event::Columns& window, std::size_t i, std::size_t entry) const noexcept {
    if (positions_[i] == no_column) return 0;
    const event::ColumnView& view = window.columns[static_cast<std::size_t>(positions_[i])];
    return event::visit(view.type, [&](auto zero) {
      using T = std::conditional_t<std::is_same_v<decltype(zero), bool>, std::uint8_t, decltype(zero)>;
      if constexpr (std::is_integral_v<T>) {
        return static_cast<std::uint32_t>(reinterpret_cast<const T*>(view.data)[entry]);
      } else {
        return std::uint32_t{0};
      }
    });
  }
  std::array<std::int32_t, 3> positions_{no_column, no_column, no_column};
  std::vector<std::uint32_t> factors_, names_;
};

}  // namespace trigloop::menu
