#pragma once
// What ROOT files hold, compared with samples.
#include <gtest/gtest.h>

#include "io/root/source.hpp"
#include "test/io/root/sample.hpp"

namespace trigloop::test {

inline std::string bytes_of(const std::vector<std::byte>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// A whole column: its values, and where each entry's items begin.
struct ColumnContent {
  std::string values;
  std::vector<std::uint32_t> offsets{0};
  bool operator==(const ColumnContent&) const = default;
};

inline ColumnContent content_of(const io::Source& source, const std::string& table, const std::string& column,
                                const io::ReadOptions& options = {}) {
  ColumnContent content;
  const auto reader = source.read({table, 0, {column}}, options);
  for (event::Columns cluster; reader->next(cluster);) {
    const event::ColumnView& view = cluster.columns[0];
    content.values.append(reinterpret_cast<const char*>(view.data), view.values * event::size_of(view.type));
    const std::uint32_t base = content.offsets.back();
    for (std::size_t i = 1; i < view.offsets.size(); ++i) content.offsets.push_back(base + view.offsets[i]);
  }
  return content;
}

/// A column of a file must be that of the sample: what is said of it, its values, its item offsets.
inline void expect_column(const io::Source& source, const Sample& sample, std::size_t number,
                          const io::ReadOptions& options) {
  const io::ColumnSpec& spec = sample.spec.columns[number];
  const io::ColumnInfo& info =
      io::find_column(source.info(), io::find_table(source.info(), sample.spec.name), spec.name);
  EXPECT_EQ(info.type, spec.type) << spec.name;
  EXPECT_EQ(info.shape, spec.shape) << spec.name;
  EXPECT_EQ(info.counter, spec.counter) << spec.name;
  EXPECT_EQ(info.entries, sample.entries) << spec.name;
  ColumnContent expected{bytes_of(sample.columns[number].bytes), sample.columns[number].offsets};
  if (spec.counter.empty()) expected.offsets = {0};
  EXPECT_TRUE(content_of(source, sample.spec.name, spec.name, options) == expected) << spec.name;
}

inline void expect_sample(const std::filesystem::path& file, const Sample& sample,
                          const io::ReadOptions& options = {}) {
  const auto source = io::root::open(file);
  ASSERT_EQ(io::find_table(source->info(), sample.spec.name).columns.size(), sample.columns.size());
  for (std::size_t i = 0; i < sample.columns.size(); ++i) expect_column(*source, sample, i, options);
}

}  // namespace trigloop::test
