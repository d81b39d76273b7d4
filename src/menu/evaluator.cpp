#include "menu/evaluator.hpp"

#include <algorithm>
#include <bit>
#include <numeric>
#include <string>

#include "core/error.hpp"
#include "core/random.hpp"
#include "event/tile_kernels.hpp"
#include "menu/columns.hpp"
#include "menu/question.hpp"
#include "menu/requirement.hpp"
#include "menu/screen.hpp"

namespace trigloop::menu {
namespace {

/// Events whose leading pts are in the first-level cache at a time.
constexpr std::size_t chunk_events = 512;

/// FNV-1a: which events a prescale keeps must not change with a library.
std::uint32_t hash_of(std::string_view name) noexcept {
  std::uint32_t hash = 2166136261u;
  for (const char c : name) hash = (hash ^ static_cast<std::uint8_t>(c)) * 16777619u;
  return hash;
}

/// Leading pts of a chunk of events, as rows.
class Leading {
 public:
  explicit Leading(const std::vector<Group>& groups) {
    for (const Group& group : groups) {
      for (const Group::Member& member : group.members) {
        for (const Group::Bound& bound : member.bounds) want(bound.row);
      }
      for (const Group::Bound& bound : group.bounds) want(bound.row);
    }
    for (std::size_t k = 0; k < object_kinds; ++k) {  // a rank brings those before it
      for (std::size_t r = ranks; r-- > 1;) {
        if (wanted_[k * ranks + r]) want(k * ranks + r - 1);
      }
    }
    for (std::size_t row = 0; row < rows; ++row) {
      if (!wanted_[row]) continue;
      memory_[row].resize(chunk_events + event::lane_padding);
      rows_[row] = memory_[row].data();
    }
    start_.resize(chunk_events + event::lane_padding);
    count_ = position_ = kept_ = start_;
  }

  void fill(const std::array<ObjectColumns, kinds>& columns, std::size_t first, std::size_t n) {
    for (std::size_t k = 0; k < object_kinds; ++k) {
      if (wanted_[k * ranks]) fill_objects(columns[k], rows_.data() + k * ranks, first, n);
    }
    // All sums of the scouting stream stand in the same lists.
    bool usual = false, asked = false;
    for (std::size_t k = object_kinds; k < kinds; ++k) {
      const std::size_t row = row_of(static_cast<Kind>(k));
      if (!wanted_[row]) continue;
      if (!asked) usual = columns[k].usual_sums(first, n);
      asked = true;
      columns[k].sum_pts(first, n, usual, rows_[row]);
    }
  }

  const std::int16_t* const* row_pointers() const noexcept { return rows_.data(); }

 private:
  void want(std::size_t row) { wanted_[row] = true; }

  void fill_objects(const ObjectColumns& columns, std::int16_t* const* out, std::size_t first, std::size_t n) {
    std::size_t depth = 1;
    while (depth < ranks && out[depth] != nullptr) ++depth;
    const bool plain = columns.offsets() != nullptr && columns.pt().type == event::Type::int16;
    if (!plain) return columns.leading_pts(first, n, depth, out);
    const auto* pts = reinterpret_cast<const std::int16_t*>(columns.pt().data);
    const std::uint32_t* offsets = columns.offsets() + first;
    if (!events_descend(pts, offsets, n)) return columns.leading_pts(first, n, depth, out);
    // The uGT's lists are sorted: the leading objects are the first ones.
    for (std::size_t e = 0; e < n; ++e) {
      start_[e] = offsets[e];
      count_[e] = offsets[e + 1] - offsets[e];
    }
    event::place_items(start_.data(), count_.data(), n, 0, position_.data(), kept_.data());
    event::gather_rows(pts, position_.data(), kept_.data(), n, out);
  }

  std::array<bool, rows> wanted_{};
  std::array<std::vector<std::int16_t>, rows> memory_;
  std::array<std::int16_t*, rows> rows_{};
  std::vector<std::uint32_t> start_, count_, position_, kept_;
};

/// Which events a prescale keeps.
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

void set_bit(Fired& out, std::size_t entry, std::size_t seed) noexcept {
  out.bits[entry * out.words + seed / 64] |= std::uint64_t{1} << (seed % 64);
  out.any[entry / 64] |= std::uint64_t{1} << (entry % 64);
}

}  // namespace

struct Evaluator::Impl {
  Impl(const Binding& to, const std::vector<std::int32_t>& at)
      : binding(to),
        groups(group_alternatives(binding.menu)),
        columns(make_columns(binding, at)),
        screen(groups),
        leading(groups),
        prescaler(binding, at),
        questioner(binding.menu, columns),
        candidates(groups.size()) {
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

  void run_block(const event::Columns& window, std::size_t first, std::size_t n, std::size_t chunk, Fired& out) {
    const std::uint64_t valid = n >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << n) - 1;
    std::uint64_t some = screen(leading.row_pointers(), first - chunk, candidates.data()) & valid;
    for (; some != 0; some &= some - 1) ask(window, first, static_cast<unsigned>(std::countr_zero(some)), chunk, out);
  }

  /// The exact answers for a candidate.
  void ask(const event::Columns& window, std::size_t first, unsigned bit, std::size_t chunk, Fired& out) {
    const std::size_t entry = first + bit;
    const auto reached = [&](const Group::Bound& bound) {
      return leading.row_pointers()[bound.row][entry - chunk] >= bound.least;
    };
    questioner.start(entry);
    for (std::size_t g = 0; g < groups.size(); ++g) {
      if ((candidates[g] >> bit & 1) == 0) continue;
      for (const Group::Member& member : groups[g].members) {
        if (out.fired(entry, member.seed) || !std::ranges::all_of(member.bounds, reached)) continue;
        const auto fires = [&](std::uint32_t combination) { return questioner.fires(combination); };
        if (!std::ranges::all_of(member.combinations, fires)) continue;
        if (prescaler.passes(window, entry, member.seed)) set_bit(out, entry, member.seed);
      }
    }
  }

  struct Bit {
    std::size_t seed, column;
  };
  void run_bit(const event::Columns& window, const Bit& bit, Fired& out) const {
    const event::ColumnView& view = window.columns[bit.column];
    if (view.jagged || view.values < window.entries) {
      throw core::Error(core::ErrorCode::damaged, "holds fewer values than entries need")
          .in("column '" + binding.menu.seeds[bit.seed].column + "'");
    }
    event::visit(view.type, [&](auto zero) {
      using T = std::conditional_t<std::is_same_v<decltype(zero), bool>, std::uint8_t, decltype(zero)>;
      const auto* values = reinterpret_cast<const T*>(view.data);
      for (std::size_t e = 0; e < window.entries; ++e) {
        if (values[e] != T{0} && prescaler.passes(window, e, bit.seed)) set_bit(out, e, bit.seed);
      }
    });
  }

  Binding binding;
  std::vector<Group> groups;
  std::array<ObjectColumns, kinds> columns;
  Screen screen;
  Leading leading;
  Prescaler prescaler;
  Questioner questioner;
  std::vector<std::uint64_t> candidates;  ///< of each group, in a block
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
  out.entries = window.entries;
  out.seeds = seeds();
  out.words = (out.seeds + 63) / 64;
  out.bits.assign(out.entries * out.words, 0);
  out.any.assign((out.entries + 63) / 64, 0);
  for (ObjectColumns& columns : impl.columns) {
    if (columns.present()) columns.take(window, impl.binding.columns);
  }
  for (std::size_t chunk = 0; chunk < window.entries && !impl.groups.empty(); chunk += chunk_events) {
    const std::size_t n = std::min(chunk_events, window.entries - chunk);
    impl.leading.fill(impl.columns, chunk, n);
    for (std::size_t e = 0; e < n; e += 64)
      impl.run_block(window, chunk + e, std::min<std::size_t>(64, n - e), chunk, out);
  }
  for (const Impl::Bit& bit : impl.bits) impl.run_bit(window, bit, out);
}

}  // namespace trigloop::menu
