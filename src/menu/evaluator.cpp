#include "menu/evaluator.hpp"

#include <algorithm>
#include <bit>
#include <numeric>
#include <string>

#include "core/error.hpp"
#include "menu/columns.hpp"
#include "menu/filtered.hpp"
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

/// The alternatives that matter, and what screens them. What is asked for again and again lies together.
struct Plan {
  Plan(const Menu& menu, const Filters& filters, Wanted wanted)
      : Plan(alternatives_of(menu, filters, wanted), filters) {}
  Plan(const std::vector<Alternative>& alternatives, const Filters& filters)
      : screen(alternatives), leading(alternatives, filters) {
    for (const Alternative& one : alternatives) {
      steps.push_back({one.seed, add(one.filtered, bounds), add(one.combinations, combinations)});
    }
  }
  /// 64-bit words for a bit an alternative.
  std::size_t words() const noexcept { return (steps.size() + 63) / 64; }

  struct Range {
    std::uint32_t begin, size;
    template <class T>
    std::span<const T> of(const std::vector<T>& all) const noexcept {
      return {all.data() + begin, size};
    }
  };
  template <class T>
  static Range add(const std::vector<T>& some, std::vector<T>& all) {
    all.insert(all.end(), some.begin(), some.end());
    return {static_cast<std::uint32_t>(all.size() - some.size()), static_cast<std::uint32_t>(some.size())};
  }
  struct Step {
    std::uint32_t seed;
    Range bounds, combinations;
  };
  std::vector<Step> steps;  ///< one an alternative
  std::vector<Bound> bounds;
  std::vector<std::uint32_t> combinations;
  Screen screen;
  Leading leading;
};

}  // namespace

struct Evaluator::Impl {
  Impl(const Binding& to, const std::vector<std::int32_t>& at)
      : binding(to),
        filters(binding.menu),
        every(binding.menu, filters, Wanted::every_seed),
        any(binding.menu, filters, Wanted::any_seed),
        columns(make_columns(binding, at)),
        filtered(filters, columns),
        prescaler(binding, at),
        questioner(binding.menu, columns),
        todo(64 * every.words()) {
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

  /// Decides 64 events from `first` on, of which the plan's rows begin at `chunk`. `fire(first, events, seed)` takes
  /// those (bit i: event first + i) that a seed fires in, and says whose answer is complete with that.
  template <class Fire>
  void run_block(const event::Columns& window, Plan& plan, std::size_t first, std::uint64_t wanted, std::size_t chunk,
                 Fire&& fire) {
    plan.screen.compare(plan.leading.rows(), first - chunk);
    filtered.start(first, plan.leading);
    std::uint64_t unsure = 0;
    for (std::size_t a = 0; a < plan.steps.size(); ++a) {
      const std::uint64_t reached = plan.screen.reaching(a, wanted);
      if (reached == 0) continue;
      const Plan::Step& one = plan.steps[a];
      const std::uint64_t events = reaching(one.bounds.of(plan.bounds), reached);
      if (one.combinations.size == 0) {
        wanted &= ~fire(first, prescaler.passing(window, first, events, one.seed), one.seed);
      } else {
        remember(a, events, plan.words(), unsure);
      }
    }
    for (unsure &= wanted; unsure != 0; unsure &= unsure - 1)
      ask(window, plan, first, static_cast<std::size_t>(std::countr_zero(unsure)), fire);
  }

  std::uint64_t reaching(std::span<const Bound> bounds, std::uint64_t events) {
    for (const Bound& bound : bounds) {
      if (events == 0) break;
      events = filtered.reaching(bound, events);
    }
    return events;
  }

  /// From events of each alternative to alternatives of each event.
  void remember(std::size_t alternative, std::uint64_t events, std::size_t words, std::uint64_t& unsure) {
    for (std::uint64_t left = events; left != 0; left &= left - 1) {
      const auto bit = static_cast<std::size_t>(std::countr_zero(left));
      if ((unsure >> bit & 1) == 0) std::fill_n(todo.begin() + static_cast<std::ptrdiff_t>(bit * words), words, 0);
      unsure |= std::uint64_t{1} << bit;
      set(&todo[bit * words], alternative);
    }
  }

  /// The exact answers for an event.
  template <class Fire>
  void ask(const event::Columns& window, const Plan& plan, std::size_t first, std::size_t bit, Fire&& fire) {
    questioner.start(first + bit);
    const auto fires = [&](std::uint32_t combination) { return questioner.fires(combination); };
    for (std::size_t w = 0; w < plan.words(); ++w) {
      for (std::uint64_t left = todo[bit * plan.words() + w]; left != 0; left &= left - 1) {
        const Plan::Step& one = plan.steps[64 * w + static_cast<std::size_t>(std::countr_zero(left))];
        if (std::ranges::all_of(one.combinations.of(plan.combinations), fires) &&
            prescaler.passes(window, first + bit, one.seed) && fire(first, std::uint64_t{1} << bit, one.seed) != 0)
          return;
      }
    }
  }

  /// Decides all events of a window.
  template <class Fire>
  void run_blocks(const event::Columns& window, Plan& plan, Fire&& fire) {
    for (std::size_t chunk = 0; chunk < window.entries && !plan.steps.empty(); chunk += chunk_events) {
      const std::size_t n = std::min(chunk_events, window.entries - chunk);
      plan.leading.fill(columns, chunk, n);
      for (std::size_t e = 0; e < n; e += 64) run_block(window, plan, chunk + e, first_bits(n - e), chunk, fire);
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
  /// Calls fire for entries [begin, end) whose stored bits are set; blocks begin at `begin`.
  template <class Fire>
  void run_bits(const event::Columns& window, std::size_t begin, std::size_t end, Fire&& fire) const {
    for (const Bit& bit : bits) {
      const event::ColumnView& view = window.columns[bit.column];
      if (view.jagged || view.values < window.entries) {
        throw core::Error(core::ErrorCode::damaged, "holds fewer values than entries need")
            .in("column '" + binding.menu.seeds[bit.seed].column + "'");
      }
      event::visit(view.type, [&](auto zero) {
        using T = std::conditional_t<std::is_same_v<decltype(zero), bool>, std::uint8_t, decltype(zero)>;
        const auto* values = reinterpret_cast<const T*>(view.data);
        for (std::size_t first = begin; first < end; first += 64) {
          std::uint64_t events = 0;
          for (std::size_t i = 0; i < std::min<std::size_t>(64, end - first); ++i)
            events |= std::uint64_t{values[first + i] != T{0}} << i;
          fire(first, prescaler.passing(window, first, events, bit.seed), bit.seed);
        }
      });
    }
  }

  Binding binding;
  Filters filters;
  Plan every, any;
  std::array<ObjectColumns, kinds> columns;
  Filtered filtered;
  Prescaler prescaler;
  Questioner questioner;
  std::vector<std::uint64_t> todo;   ///< of a block: the alternatives of each event that are to be asked
  std::vector<std::uint64_t> fired;  ///< of the window that was run last: Fired::any
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
  const auto fire = [&](std::size_t first, std::uint64_t events, std::size_t seed) {
    out.any[first / 64] |= events;
    for (std::uint64_t left = events; left != 0; left &= left - 1)
      set(&out.bits[(first + static_cast<std::size_t>(std::countr_zero(left))) * out.words], seed);
    return std::uint64_t{0};
  };
  impl.run_blocks(window, impl.every, fire);
  impl.run_bits(window, 0, window.entries, fire);
  impl.fired = out.any;
}

void Evaluator::run_any(const event::Columns& window, Fired& out) {
  Impl& impl = *impl_;
  out.reset(window.entries, seeds());
  out.bits.clear();
  impl.take(window);
  const auto fire = [&](std::size_t first, std::uint64_t events, std::size_t) {
    out.any[first / 64] |= events;
    return events;
  };
  impl.run_blocks(window, impl.any, fire);
  impl.run_bits(window, 0, window.entries, fire);
  impl.fired = out.any;
}

std::span<const std::uint64_t> Evaluator::row(const event::Columns& window, std::size_t entry) {
  Impl& impl = *impl_;
  impl.answer.assign((seeds() + 63) / 64, 0);
  if ((impl.fired[entry / 64] >> (entry % 64) & 1) == 0) return impl.answer;
  const auto fire = [&](std::size_t, std::uint64_t events, std::size_t seed) {
    if (events != 0) set(impl.answer.data(), seed);
    return std::uint64_t{0};
  };
  if (!impl.every.steps.empty()) {
    impl.every.leading.fill(impl.columns, entry, 1);
    impl.run_block(window, impl.every, entry, 1, entry, fire);
  }
  impl.run_bits(window, entry, entry + 1, fire);
  return impl.answer;
}

}  // namespace trigloop::menu
