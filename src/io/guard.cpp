// Hardware values or physical ones? The guard of bind.hpp, which looks at the first entries.
#include <algorithm>
#include <cmath>
#include <optional>

#include "core/error.hpp"
#include "io/bind.hpp"

namespace trigloop::io {
namespace {

// A sample of so many items tells; hardware phi takes 144 values, so 32 items that all happen to lie within 4 of zero
// have a chance of (9/144)^32.
constexpr std::size_t enough_items = 32;
constexpr std::uint64_t most_entries = 65536;
// Physical values below this are too close to their own hardware value to tell (pt 0.5 GeV is 1).
constexpr double telling = 2.5;

/// Columns of a collection that are compared: the hardware one, its pt, and its physical twin, if there.
struct Suspect {
  const event::Field* field;
  std::optional<std::size_t> value, pt, twin;  ///< numbers in the selection
  std::size_t seen = 0, compared = 0, equal = 0;
  double largest = 0;
};

double value_at(const event::ColumnView& column, std::size_t i) {
  return event::visit(column.type, [&](auto kind) -> double {
    using T = decltype(kind);
    if constexpr (std::is_same_v<T, bool>) {
      return static_cast<double>(column.data[i]);
    } else {
      return static_cast<double>(reinterpret_cast<const T*>(column.data)[i]);
    }
  });
}

bool is_float_column(const TableInfo& table, const std::string& name) {
  const auto found = std::ranges::find(table.columns, name, &ColumnInfo::name);
  return found != table.columns.end() && found->type && event::is_float(*found->type);
}

class Guard {
 public:
  Guard(const event::Collection& collection, const TableInfo& table) : table_(table) {
    const auto pt = std::ranges::find(collection.fields, "pt", &event::Field::name);
    for (const event::Field& field : collection.fields) {
      const bool twin = is_float_column(table, field.use.physical);
      if (!here(field.use.column) || (!twin && !field.use.exceeds)) continue;
      Suspect suspect{&field, number_of(field.use.column), {}, {}};
      if (pt != collection.fields.end() && here(pt->use.column)) suspect.pt = number_of(pt->use.column);
      if (twin) suspect.twin = number_of(field.use.physical);
      suspects_.push_back(suspect);
    }
  }

  void check(const Source& source) {
    if (suspects_.empty() || table_.entries == 0) return;
    ReadOptions options;
    options.cluster_entries = 1024;
    const auto reader = source.read({table_.name, table_.cycle, columns_}, options);
    reader->rewind({0, std::min(table_.entries, most_entries)});
    event::Columns window;
    while (!decided() && reader->next(window)) {
      for (Suspect& suspect : suspects_) look(suspect, window);
    }
    for (const Suspect& suspect : suspects_) judge(suspect, source.info());
  }

 private:
  bool here(const std::string& name) const {
    return std::ranges::find(table_.columns, name, &ColumnInfo::name) != table_.columns.end();
  }
  std::size_t number_of(const std::string& name) {
    const auto found = std::ranges::find(columns_, name);
    if (found != columns_.end()) return static_cast<std::size_t>(found - columns_.begin());
    columns_.push_back(name);
    return columns_.size() - 1;
  }

  static bool cleared(const Suspect& s) {
    const bool by_range = !s.field->use.exceeds || s.largest > *s.field->use.exceeds;
    const bool by_twin = !s.twin || s.equal < s.compared;
    return by_range && by_twin;
  }
  bool decided() const {
    return std::ranges::all_of(suspects_, [](const Suspect& s) {
      return cleared(s) || (s.seen >= 8 * enough_items && (!s.twin || s.compared >= 8 * enough_items));
    });
  }

  static void look(Suspect& s, const event::Columns& window) {
    const event::ColumnView& value = window.columns[*s.value];
    std::size_t items = value.values;
    if (s.pt) items = std::min(items, window.columns[*s.pt].values);
    if (s.twin) items = std::min(items, window.columns[*s.twin].values);
    for (std::size_t i = 0; i < items; ++i) {
      const double v = value_at(value, i);
      // Sums without a direction (total energy) have phi 0 in either unit.
      if (v == 0 || (s.pt && value_at(window.columns[*s.pt], i) == 0)) continue;
      ++s.seen;
      s.largest = std::max(s.largest, std::fabs(v));
      if (!s.twin) continue;
      const double physical = value_at(window.columns[*s.twin], i);
      if (!(std::fabs(physical) >= telling)) continue;
      ++s.compared;
      s.equal += std::fabs(v - physical) <= 1;
    }
  }

  void judge(const Suspect& s, const SourceInfo& info) const {
    const bool repeats = s.twin && s.compared >= enough_items && s.equal == s.compared;
    const bool small = s.field->use.exceeds && s.seen >= enough_items && s.largest <= *s.field->use.exceeds;
    if (!repeats && !small) return;
    const std::string why = repeats ? "repeats the values of '" + s.field->use.physical + "'"
                                    : "never exceeds " + std::to_string(static_cast<int>(s.largest)) + " in " +
                                          std::to_string(s.seen) + " items";
    core::Error error(core::ErrorCode::mismatch, "holds physical values, not hardware ones: it " + why);
    error.in("column '" + s.field->use.column + "'");
    if (!table_.name.empty()) error.in("table '" + table_.name + "'");
    throw error.file(info.path.native())
        .remedy(
            "CMSSW before pull request 50510 filled the hardware columns of L1EtSum so: rewrite the ntuple with a "
            "newer one");
  }

  const TableInfo& table_;
  std::vector<std::string> columns_;
  std::vector<Suspect> suspects_;
};

}  // namespace

void refuse_physical_values(const event::Layout& layout, const Source& source, const TableInfo& table) {
  for (const event::Collection& collection : layout.collections) Guard(collection, table).check(source);
}

}  // namespace trigloop::io
