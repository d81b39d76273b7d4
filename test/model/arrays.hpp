#pragma once
// Arrays of .npy and .npz files for tests, as doubles.
#include <filesystem>
#include <string>
#include <vector>

#include "io/any/any.hpp"
#include "io/source.hpp"

namespace trigloop::test {

struct Rows {
  std::size_t rows = 0, width = 1;
  std::vector<double> values;  ///< row-major
  const double* row(std::size_t i) const { return values.data() + i * width; }
};

inline Rows read_rows(const std::filesystem::path& path, const std::string& column) {
  const auto source = io::open(path);
  Rows out;
  const auto reader = source->read({"", 0, {column}});
  event::Columns cluster;
  while (reader->next(cluster)) {
    const event::ColumnView& view = cluster.columns[0];
    out.width = view.inner;
    out.rows += cluster.entries;
    event::visit(view.type, [&](auto zero) {
      for (const auto v : view.as<decltype(zero)>()) out.values.push_back(static_cast<double>(v));
    });
  }
  return out;
}

}  // namespace trigloop::test
