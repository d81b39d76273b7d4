#include "io/root/writer_schema.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "core/error.hpp"

namespace trigloop::io::root {
namespace {

constexpr std::size_t max_name = 4096;          // names stand in keys, whose length has 16 bits
constexpr std::uint64_t max_values = 1u << 27;  // of an item; times 8 bytes is the largest basket

[[noreturn]] void fail(const std::string& reason, std::string_view remedy = "") {
  core::Error error(core::ErrorCode::usage, reason);
  if (!remedy.empty()) error.remedy(remedy);
  throw error;
}

void check_name(const std::string& name) {
  if (name.empty()) fail("a name is empty");
  if (name.size() > max_name) fail("a name has " + std::to_string(name.size()) + " characters", "Choose a shorter one");
  // These have a meaning in ROOT's leaf lists and paths.
  const auto bad = [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || std::string_view("[]/:;").find(c) != std::string_view::npos;
  };
  if (std::ranges::any_of(name, bad)) {
    fail("the name '" + core::escaped(name) + "' cannot stand in a ROOT file",
         "Leave out [ ] / : ; and control characters");
  }
}

void check_shape(const ColumnSpec& column) {
  std::uint64_t values = 1;
  for (const std::uint64_t n : column.shape) {
    if (n == 0 || n > max_values || values * n > max_values) {
      fail("an item has a dimension of " + std::to_string(n) + " values", "Choose 1 to 2^27 values an item in all");
    }
    values *= n;
  }
}

std::size_t find_counter(const TableSpec& table, const ColumnSpec& column) {
  if (column.counter.empty()) return not_jagged;
  const auto found = std::ranges::find(table.columns, column.counter, &ColumnSpec::name);
  if (found == table.columns.end()) fail("its counter '" + column.counter + "' is not a column of the table");
  if (event::is_float(found->type) || found->type == event::Type::boolean || !found->shape.empty() ||
      !found->counter.empty()) {
    fail("its counter '" + column.counter + "' is not one integer an entry");
  }
  return static_cast<std::size_t>(found - table.columns.begin());
}

void check_column(const ColumnSpec& spec, const event::ColumnView& column, std::size_t entries) {
  if (column.type != spec.type) {
    fail("holds " + std::string(event::name_of(column.type)) + " instead of " + std::string(event::name_of(spec.type)));
  }
  if (column.inner != values_per_item(spec)) {
    fail("has " + std::to_string(column.inner) + " values an item instead of " + std::to_string(values_per_item(spec)));
  }
  if (column.jagged != !spec.counter.empty()) fail(column.jagged ? "is jagged but has no counter" : "is not jagged");
  std::size_t items = entries;
  if (column.jagged) {
    if (column.offsets.size() != entries + 1 || column.offsets.front() != 0) {
      fail("has item offsets for " + std::to_string(column.offsets.size()) + " borders instead of " +
           std::to_string(entries + 1) + " from 0 on");
    }
    items = column.offsets.back();
  }
  if (column.values != items * column.inner) {
    fail("has " + std::to_string(column.values) + " values for " + std::to_string(items) + " items of " +
         std::to_string(column.inner));
  }
}

void check_counts(const event::ColumnView& counter, std::span<const std::uint32_t> offsets) {
  event::visit(counter.type, [&]<class T>(T) {
    if constexpr (std::is_integral_v<T> && !std::is_same_v<T, bool>) {
      const auto counts = counter.as<T>();
      for (std::size_t i = 0; i < counts.size(); ++i) {
        if (offsets[i + 1] < offsets[i] || !std::cmp_equal(counts[i], offsets[i + 1] - offsets[i])) {
          fail("entry " + std::to_string(i) + " of the cluster is counted as " + std::to_string(counts[i]) +
               " items, but its item offsets are " + std::to_string(offsets[i]) + " and " +
               std::to_string(offsets[i + 1]));
        }
      }
    }
  });
}

/// Runs `f`; its error is told to be at that place.
template <class F>
void at(const std::string& place, F&& f) {
  try {
    f();
  } catch (core::Error& e) {
    e.in(place);
    throw;
  }
}

}  // namespace

std::uint64_t values_per_item(const ColumnSpec& column) noexcept {
  std::uint64_t values = 1;
  for (const std::uint64_t n : column.shape) values *= n;
  return values;
}

std::vector<std::size_t> check_table(const TableSpec& table) {
  std::vector<std::size_t> counters;
  at("table '" + core::escaped(table.name) + "'", [&] {
    check_name(table.name);
    if (table.title.size() > max_name) fail("the title is too long");
    std::set<std::string_view> names;
    for (const ColumnSpec& column : table.columns) {
      at("column '" + core::escaped(column.name) + "'", [&] {
        check_name(column.name);
        if (!names.insert(column.name).second) fail("there are two columns of that name");
        check_shape(column);
        counters.push_back(find_counter(table, column));
      });
    }
  });
  return counters;
}

void check_cluster(const TableSpec& table, const std::vector<std::size_t>& counters, const event::Columns& cluster) {
  at("table '" + table.name + "'", [&] {
    if (cluster.columns.size() != table.columns.size()) {
      fail("a cluster has " + std::to_string(cluster.columns.size()) + " columns instead of " +
           std::to_string(table.columns.size()));
    }
    for (std::size_t i = 0; i < counters.size(); ++i) {
      at("column '" + table.columns[i].name + "'",
         [&] { check_column(table.columns[i], cluster.columns[i], cluster.entries); });
    }
    // The offsets are usually one piece of memory for all columns of a counter: compare each piece once.
    std::set<std::pair<std::size_t, const std::uint32_t*>> done;
    for (std::size_t i = 0; i < counters.size(); ++i) {
      const auto offsets = cluster.columns[i].offsets;
      if (counters[i] == not_jagged || !done.insert({counters[i], offsets.data()}).second) continue;
      at("column '" + table.columns[i].name + "'", [&] { check_counts(cluster.columns[counters[i]], offsets); });
    }
  });
}

}  // namespace trigloop::io::root
