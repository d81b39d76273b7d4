#include "menu/evaluator.hpp"

#include <algorithm>
#include <bit>
#include <numeric>
#include <string>

#include "core/error.hpp"
#include "menu/columns.hpp"
#include "menu/leading.hpp"
#include "menu/prescale.hpp"
#include "menu/question.hpp"
#include "menu/requirement.hpp"
#include "menu/screen.hpp"

namespace trigloop::menu {
namespace {

void set(std::uint64_t* bits, std::size_t i) noexcept { bits[i / 64] |= std::uint64_t{1} << (i % 64); }

/// The lowest n bits.
std::uint64_t first_bits(std::size_t n) noexcept { return n >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << n) - 1; }

}  // namespace

struct Evaluator::Impl {
  Impl(const Binding& to, const std::vector<std::int32_t>& at)
      : binding(to),
        groups(group_alternatives(binding.menu)),
        columns(make_columns(binding, at)),
        screen(groups),
        sure(sure_alternatives(binding.menu, groups)),
        leading(groups),
        prescaler(binding, at),
        questioner(binding.menu, columns),
        words((groups.size() + 63) / 64),
        masks(std::max(groups.size(), sure.groups())),
        todo(64 * words) {
    for (std::size_t s = 0; s < binding.bit_columns.size(); ++s) {
      const std::int32_t column = binding.bit_columns[s];
      if (column != no_column && binding.menu.seeds[s].prescale != 0)
        bits.push_back({s, static_cast<std::size_t>(at[static_cast<std::size_t>(column)])});
    }
  }

  static std::array<ObjectColumns, kinds> make_columns(const Binding& binding, std::span<const std::int32_t> at) {
    std::array<ObjectColumns, kinds> all;
    for (std::size_t k = 0; k < kinds; ++k)
      all[k] = ObjectColumns(binding.menu, static_cast<Kind>(k), binding.sources[k], at);
    return all;
  }

  /// Puts the candidates among 64 events to the exact question; `fire(entry, seed)` says whether their answer is
  /// complete.
  template <class Fire>
  void run_block(const event::Columns& window, std::size_t first, std::uint64_t wanted, std::size_t chunk,
                 Fire&& fire) {
    std::uint64_t some = screen(leading.rows(), first - chunk, masks.data()) & wanted;
    if (some == 0) return;
    // From events of each group to groups of each event.
    std::ranges::fill(todo, 0);
    for (std::size_t g = 0; g < groups.size(); ++g) {
      for (std::uint64_t left = masks[g] & wanted; left != 0; left &= left - 1)
        todo[static_cast<std::size_t>(std::countr_zero(left)) * words + g / 64] |= std::uint64_t{1} << (g % 64);
    }
    for (; some != 0; some &= some - 1)
      ask(window, first, static_cast<std::size_t>(std::countr_zero(some)), chunk, fire);
  }

  /// The exact answers for a candidate.
  template <class Fire>
  void ask(const event::Columns& window, std::size_t first, std::size_t bit, std::size_t chunk, Fire&& fire) {
    questioner.start(first + bit);
    for (std::size_t w = 0; w < words; ++w) {
      for (std::uint64_t left = todo[bit * words + w]; left != 0; left &= left - 1) {
        const Group& group = groups[64 * w + static_cast<std::size_t>(std::countr_zero(left))];
        if (ask(window, first + bit, group, chunk, fire)) return;
      }
    }
  }

  template <class Fire>
  bool ask(const event::Columns& window, std::size_t entry, const Group& group, std::size_t chunk, Fire&& fire) {
    const auto reached = [&](const Group::Bound& bound) {
      return leading.rows()[bound.row][entry - chunk] >= bound.least;
    };
    const auto fires = [&](std::uint32_t combination) { return questioner.fires(combination); };
    for (const Group::Member& member : group.members) {
      if (std::ranges::all_of(member.bounds, reached) && std::ranges::all_of(member.combinations, fires) &&
          prescaler.passes(window, entry, member.seed) && fire(entry, member.seed))
        return true;
    }
    return false;
  }

  /// Calls block(first, n, chunk) for each 64 events, their leading pts being ready.
  template <class Block>
  void for_blocks(const event::Columns& window, Block&& block) {
    for (std::size_t chunk = 0; chunk < window.entries && !groups.empty(); chunk += chunk_events) {
      const std::size_t n = std::min(chunk_events, window.entries - chunk);
      leading.fill(columns, chunk, n);
      for (std::size_t e = 0; e < n; e += 64) block(chunk + e, std::min<std::size_t>(64, n - e), chunk);
    }
  }

  void take(const event::Columns& window) {
    for (ObjectColumns& one : columns) {
      if (one.present()) one.take(window, binding.columns);
    }
  }

  struct Bit {
    std::size_t seed, column;
  };
  /// Calls fire(entry, seed) for entries [begin, end) whose stored bit is set.
  template <class Fire>
  void run_bit(const event::Columns& window, const Bit& bit, std::size_t begin, std::size_t end, Fire&& fire) const {
    const event::ColumnView& view = window.columns[bit.column];
    if (view.jagged || view.values < window.entries) {
      throw core::Error(core::ErrorCode::damaged, "holds fewer values than entries need")
          .in("column '" + binding.menu.seeds[bit.seed].column + "'");
    }
    event::visit(view.type, [&](auto zero) {
      using T = std::conditional_t<std::is_same_v<decltype(zero), bool>, std::uint8_t, decltype(zero)>;
      const auto* values = reinterpret_cast<const T*>(view.data);
      for (std::size_t e = begin; e < end; ++e) {
        if (values[e] != T{0} && prescaler.passes(window, e, bit.seed)) fire(e, bit.seed);
      }
    });
  }

  Binding binding;
  std::vector<Group> groups;
  std::array<ObjectColumns, kinds> columns;
  Screen screen;
  Screen sure;  ///< what fires without further questions
  Leading leading;
  Prescaler prescaler;
  Questioner questioner;
  std::size_t words;                 ///< 64-bit words for a bit a group
  std::vector<std::uint64_t> masks;  ///< of a block: the events of each group
  std::vector<std::uint64_t> todo;   ///< of a block: the groups of each event
  std::vector<std::uint64_t> answer;
  std::vector<Bit> bits;
};

Evaluator::Evaluator(const Binding& binding, std::vector<std::int32_t> positions) {
  if (positions.empty()) {
    positions.resize(binding.columns.size());
    std::iota(positions.begin(), positions.end(), 0);
  }
  impl_ = std::make_unique<Impl>(binding, positions);
}
Evaluator::Evaluator(Evaluator&&) noexcept = default;
Evaluator::~Evaluator() = default;

const std::vector<std::string>& Evaluator::columns() const noexcept { return impl_->binding.columns; }
std::size_t Evaluator::seeds() const noexcept { return impl_->binding.menu.seeds.size(); }

void Evaluator::run(const event::Columns& window, Fired& out) {
  Impl& impl = *impl_;
  out.reset(window.entries, seeds());
  out.bits.assign(out.entries * out.words, 0);
  impl.take(window);
  const auto fire = [&](std::size_t entry, std::size_t seed) {
    set(&out.bits[entry * out.words], seed);
    set(out.any.data(), entry);
    return false;
  };
  impl.for_blocks(window, [&](std::size_t first, std::size_t n, std::size_t chunk) {
    impl.run_block(window, first, first_bits(n), chunk, fire);
  });
  for (const Impl::Bit& bit : impl.bits) impl.run_bit(window, bit, 0, window.entries, fire);
}

void Evaluator::run_any(const event::Columns& window, Fired& out) {
  Impl& impl = *impl_;
  out.reset(window.entries, seeds());
  out.bits.clear();
  impl.take(window);
  const auto fire = [&](std::size_t entry, std::size_t) {
    set(out.any.data(), entry);
    return true;
  };
  impl.for_blocks(window, [&](std::size_t first, std::size_t n, std::size_t chunk) {
    const std::uint64_t sure = impl.sure(impl.leading.rows(), first - chunk, impl.masks.data()) & first_bits(n);
    out.any[first / 64] = sure;
    impl.run_block(window, first, first_bits(n) & ~sure, chunk, fire);
  });
  for (const Impl::Bit& bit : impl.bits) impl.run_bit(window, bit, 0, window.entries, fire);
}

std::span<const std::uint64_t> Evaluator::row(const event::Columns& window, std::size_t entry) {
  Impl& impl = *impl_;
  impl.answer.assign((seeds() + 63) / 64, 0);
  const auto fire = [&](std::size_t, std::size_t seed) {
    set(impl.answer.data(), seed);
    return false;
  };
  if (!impl.groups.empty()) {
    impl.leading.fill(impl.columns, entry, 1);
    impl.run_block(window, entry, 1, entry, fire);
  }
  for (const Impl::Bit& bit : impl.bits) impl.run_bit(window, bit, entry, entry + 1, fire);
  return impl.answer;
}

}  // namespace trigloop::menu
