#include "io/numbers.hpp"

#include "core/error.hpp"

namespace trigloop::io {
namespace {

/// Whether the column holds more than `most` numbers, by a product that cannot overflow.
bool is_longer(const ColumnInfo& info, std::uint64_t most) {
  std::uint64_t values = info.entries;
  if (values == 0) return false;
  for (const std::uint64_t extent : info.shape) {
    if (extent == 0) return false;
    if (values > most / extent) return true;
    values *= extent;
  }
  return values > most;
}

}  // namespace

std::vector<double> read_numbers(const Source& source, const std::string& table, const std::string& column,
                                 std::uint64_t most) {
  const ColumnInfo& info = find_column(source.info(), find_table(source.info(), table), column);
  if (is_longer(info, most)) {
    throw core::Error(core::ErrorCode::limit,
                      "'" + table + "/" + column + "' has more than " + std::to_string(most) + " values")
        .file(source.info().path.native());
  }
  std::vector<double> out;
  const auto reader = source.read({table, 0, {column}});
  for (event::Columns cluster; reader->next(cluster);) {
    event::visit(cluster.columns[0].type, [&](auto zero) {
      for (const auto v : cluster.columns[0].as<decltype(zero)>()) out.push_back(static_cast<double>(v));
    });
  }
  return out;
}

}  // namespace trigloop::io
