#include "menu/bind.hpp"

#include <algorithm>
#include <span>
#include <type_traits>

#include "core/error.hpp"
#include "io/bind.hpp"
#include "menu/input.hpp"

namespace trigloop::menu {
namespace {

using core::Error;
using core::ErrorCode;

/// `*` stands for any characters.
bool matches(std::string_view pattern, std::string_view name) {
  std::size_t p = 0, n = 0, star = pattern.npos, resume = 0;
  while (n < name.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = n;
    } else if (p < pattern.size() && pattern[p] == name[n]) {
      ++p, ++n;
    } else if (star != pattern.npos) {  // the last star takes one character more
      p = star + 1;
      n = ++resume;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == pattern.npos;
}

template <class F>
void with_integers(const event::ColumnView& view, F&& f) {
  event::visit(view.type, [&](auto zero) {
    using T = decltype(zero);
    if constexpr (std::is_integral_v<T> && !std::is_same_v<T, bool>) {
      for (const T value : view.as<T>()) f(static_cast<std::int64_t>(value));
    }
  });
}

/// The attributes of a leg that a combination looks at.
std::vector<Attribute> needs(const Combination& combination, std::size_t number) {
  const Leg& leg = combination.legs[number];
  std::vector<Attribute> all{Attribute::pt};
  bool eta = !leg.eta.open() || leg.not_eta.low <= leg.not_eta.high, phi = false, charge = leg.charge != 0;
  for (const Correlation& one : combination.correlations) {
    if (std::ranges::find(one.legs, number) == one.legs.end()) continue;
    const bool both = !one.d_r2.open() || !one.mass2.open();
    eta = eta || both || !one.d_eta.open();
    phi = phi || both || !one.d_phi.open();
    charge = charge || one.charges != Charges::any;
  }
  if (eta) all.push_back(Attribute::eta);
  if (phi) all.push_back(Attribute::phi);
  if (leg.isolation != ~0u) all.push_back(Attribute::isolation);
  if (leg.quality != ~0u) all.push_back(Attribute::quality);
  if (charge) all.push_back(Attribute::charge);
  return all;
}

class Binder {
 public:
  Binder(const Menu& menu, Input& input, const BindOptions& options) : input_(input), options_(options) {
    binding_.menu = menu;
    binding_.menu.seeds.clear();
    binding_.menu.bits = {};
    binding_.table = input.table().name;
    binding_.cycle = input.table().cycle;
  }

  Binding operator()(const Menu& menu, const std::string& file) {
    for (const Seed& seed : menu.seeds) take(seed, file);
    for (const io::ColumnInfo& column : input_.table().columns) take_bit(menu.bits, column);
    const auto& seeds = binding_.menu.seeds;
    if (seeds.empty()) {
      throw Error(ErrorCode::mismatch, "no seed of menu '" + menu.name + "' can be answered from this file").file(file);
    }
    if (std::ranges::any_of(seeds, [](const Seed& seed) { return seed.prescale > 100; }))
      binding_.key_columns = input_.keys();
    add_sum_type();
    binding_.columns = std::move(input_.columns());
    return std::move(binding_);
  }

 private:
  void take(const Seed& seed, const std::string& file) {
    const std::string missing = seed.column.empty() ? provide(seed) : missing_bit(seed.column);
    if (missing.empty()) return add(seed, seed.column);
    const std::string reason = "seed '" + seed.name + "' cannot be answered: " + missing;
    if (!options_.drop_unfit) {
      Error error(ErrorCode::mismatch, reason);
      if (!binding_.table.empty()) error.in("table '" + binding_.table + "'");
      throw error.file(file).remedy("Choose another menu or input, or leave such seeds out (--drop-unfit)");
    }
    binding_.warnings.push_back(reason);
  }

  /// "" or what is missing; sources are changed only if nothing is.
  std::string provide(const Seed& seed) {
    const auto sources = binding_.sources;
    const auto columns = input_.columns();
    for (const auto& alternative : seed.alternatives) {
      for (const std::uint32_t number : alternative) {
        const std::string missing = provide(binding_.menu.combinations[number]);
        if (missing.empty()) continue;
        binding_.sources = sources;
        input_.columns() = columns;
        return missing;
      }
    }
    return "";
  }

  std::string provide(const Combination& combination) {
    for (std::size_t leg = 0; leg < combination.legs.size(); ++leg) {
      const Kind kind = combination.legs[leg].kind;
      for (const Attribute attribute : needs(combination, leg)) {
        std::string missing = input_.provide(kind, attribute, binding_.sources[static_cast<std::size_t>(kind)]);
        if (!missing.empty()) return missing;
      }
    }
    return "";
  }

  std::string missing_bit(const std::string& name) const {
    const io::ColumnInfo* column = find(input_.table(), name);
    if (column == nullptr) return "there is no column '" + name + "'";
    return is_integer(*column) ? ""
                               : "column '" + name + "' is of type " + column->type_name + ", not one bit an event";
  }

  void take_bit(const StoredBits& bits, const io::ColumnInfo& column) {
    const auto fits = [&](const std::string& pattern) { return matches(pattern, column.name); };
    if (!is_integer(column) || std::ranges::none_of(bits.columns, fits) || std::ranges::any_of(bits.except, fits))
      return;
    Seed seed;
    seed.name = seed.column = column.name;
    seed.index = static_cast<std::uint32_t>(binding_.menu.seeds.size());
    add(seed, column.name);
  }

  void add(const Seed& seed, const std::string& column) {
    binding_.menu.seeds.push_back(seed);
    binding_.bit_columns.push_back(column.empty() ? no_column : input_.number_of(column));
  }

  /// The type column says which sum is which, where there is one.
  void add_sum_type() {
    for (std::size_t k = object_kinds; k < kinds; ++k) {
      ObjectSource& source = binding_.sources[k];
      if (source.columns[0] != no_column && !source.dense)
        input_.provide(static_cast<Kind>(k), Attribute::type, source);
    }
  }

  Input& input_;
  BindOptions options_;
  Binding binding_;
};

/// A sum taken by a wrong number would be a wrong sum, silently: CMSSW has two numberings. So the first entries' types
/// must all be known to the menu.
void refuse_unknown_types(const Binding& binding, const io::Source& source) {
  for (std::size_t k = object_kinds; k < kinds; ++k) {
    const std::int32_t column = binding.sources[k].columns[static_cast<std::size_t>(Attribute::type)];
    if (column == no_column) continue;
    const std::string& name = binding.columns[static_cast<std::size_t>(column)];
    const auto reader = source.read({binding.table, binding.cycle, {name}}, {.cluster_entries = 1024});
    event::Columns window;
    if (!reader->next(window)) return;
    with_integers(window.columns[0], [&](std::int64_t type) {
      const auto known = std::span(binding.menu.sum_types).subspan(object_kinds);
      if (std::ranges::find(known, type) != known.end()) return;
      throw Error(ErrorCode::mismatch,
                  "holds " + std::to_string(type) + ", which is no sum that menu '" + binding.menu.name + "' knows")
          .in("column '" + name + "'")
          .file(source.info().path.native())
          .remedy("Say in the menu which number is which sum (sum_types: {ET: 0, HT: 1, ...})");
    });
    return;
  }
}

}  // namespace

std::string_view name_of(Attribute attribute) noexcept {
  static constexpr std::array<std::string_view, attributes> names{"pt",      "eta",    "phi", "iso",
                                                                  "quality", "charge", "type"};
  return names[static_cast<std::size_t>(attribute)];
}

Binding bind(const Menu& menu, const event::Layout& layout, const io::Source& source, const BindOptions& options) {
  if (!layout.hardware) {
    throw Error(ErrorCode::mismatch,
                "layout '" + layout.name + "' is of physical values; a menu compares hardware integers")
        .file(source.info().path.native());
  }
  const io::TableInfo& table = io::find_table(source.info(), layout.table, options.cycle);
  LayoutInput input(layout, table);
  Binding binding = Binder(menu, input, options)(menu, source.info().path.native());
  io::refuse_physical_values(layout, source, table);
  refuse_unknown_types(binding, source);
  return binding;
}

bool has_dense(const io::SourceInfo& info, const DenseNames& names) {
  return std::ranges::any_of(info.tables, [&](const io::TableInfo& table) {
    const io::ColumnInfo* column = table.name == names.table ? find(table, names.objects) : nullptr;
    return column != nullptr && column->type && !column->jagged && column->shape == std::vector<std::uint64_t>{33, 3};
  });
}

Binding bind_dense(const Menu& menu, const io::Source& source, const DenseNames& names, const BindOptions& options) {
  const io::TableInfo& table = io::find_table(source.info(), names.table, options.cycle);
  const io::ColumnInfo& objects = io::find_column(source.info(), table, names.objects);
  if (!has_dense(source.info(), names) || event::is_float(*objects.type)) {
    throw Error(ErrorCode::mismatch, "is of type " + objects.type_name + "; objects are integers [33][3]")
        .in("column '" + names.objects + "'")
        .file(source.info().path.native());
  }
  DenseInput input(names, table);
  return Binder(menu, input, options)(menu, source.info().path.native());
}

}  // namespace trigloop::menu
