// Zarr stage 1 stores, trigloop's side; bench/zarr/run drives it against zarr-python.
//
//   bench_zarr write INPUT.npz FOLDER STORES THREADS   the rows cut into STORES stores FOLDER/NN.zarr
//   bench_zarr read FOLDER THREADS                     every column of every store, cluster by cluster
//   bench_zarr check INPUT.npz FOLDER                  whether the stores hold the rows of the input
// `write` and `read` print seconds: by the wall clock, and of CPU. Loading the input is not timed.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <string>

#include "core/parallel.hpp"
#include "io/npy/npy.hpp"
#include "io/zarr/zarr.hpp"

namespace {

using namespace trigloop;
namespace fs = std::filesystem;

struct Column {
  io::ColumnInfo info;
  std::string bytes;
};

std::vector<std::string> names_of(const io::Source& source) {
  std::vector<std::string> names;
  for (const io::ColumnInfo& column : source.info().tables.at(0).columns) names.push_back(column.name);
  return names;
}

/// All columns in memory.
std::vector<Column> load(const io::Source& source) {
  std::vector<Column> columns;
  for (const io::ColumnInfo& info : source.info().tables.at(0).columns) {
    columns.push_back({info, {}});
    const auto reader = source.read({"", 0, {info.name}});
    for (event::Columns cluster; reader->next(cluster);) {
      const event::ColumnView& view = cluster.columns[0];
      columns.back().bytes.append(reinterpret_cast<const char*>(view.data), view.values * event::size_of(view.type));
    }
  }
  return columns;
}

std::vector<fs::path> stores_in(const fs::path& folder) {
  std::vector<fs::path> stores;
  for (const auto& entry : fs::directory_iterator(folder)) stores.push_back(entry.path());
  std::sort(stores.begin(), stores.end());
  return stores;
}

event::Columns rows(const std::vector<Column>& columns, std::uint64_t begin, std::uint64_t end) {
  event::Columns cluster;
  cluster.first_entry = begin;
  cluster.entries = end - begin;
  for (const Column& column : columns) {
    event::ColumnView view;
    view.type = *column.info.type;
    for (const std::uint64_t extent : column.info.shape) view.inner *= static_cast<std::uint32_t>(extent);
    view.values = cluster.entries * view.inner;
    view.data =
        reinterpret_cast<const std::byte*>(column.bytes.data()) + begin * view.inner * event::size_of(view.type);
    cluster.columns.push_back(view);
  }
  return cluster;
}

void write(const std::vector<Column>& columns, const fs::path& folder, std::uint64_t stores, unsigned threads) {
  const std::uint64_t entries = columns.at(0).info.entries;
  io::TableSpec spec;
  for (const Column& column : columns)
    spec.columns.push_back({column.info.name, *column.info.type, column.info.shape, ""});
  io::zarr::WriteOptions options;
  options.threads = stores == 1 ? threads : 1;
  core::parallel_for(stores, threads, [&](std::size_t i, unsigned) {
    io::zarr::Writer writer(folder / (std::to_string(1000 + i) + ".zarr"), options);
    writer.append(writer.add_table(spec), rows(columns, entries * i / stores, entries * (i + 1) / stores));
    writer.set_attributes("", "{\"WriteTime\": 1732233600123456789}");
    writer.commit();
  });
}

std::uint64_t read(const fs::path& folder, unsigned threads) {
  std::vector<std::uint64_t> read_rows(threads, 0);
  for (const fs::path& path : stores_in(folder)) {
    const auto source = io::zarr::open(path);
    const io::Selection all{"", 0, names_of(*source)};
    const auto ranges = source->split(all, 1);
    core::parallel_for(ranges.size(), threads, [&](std::size_t i, unsigned worker) {
      const auto reader = source->read(all);
      reader->rewind(ranges[i]);
      for (event::Columns cluster; reader->next(cluster);) read_rows[worker] += cluster.entries;
    });
  }
  std::uint64_t total = 0;
  for (const std::uint64_t n : read_rows) total += n;
  return total;
}

bool equal(const std::vector<Column>& columns, const fs::path& folder) {
  std::vector<std::string> joined(columns.size());
  for (const fs::path& path : stores_in(folder)) {
    const auto part = load(*io::zarr::open(path));
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const auto same = [&](const Column& c) { return c.info.name == columns[i].info.name; };
      const auto found = std::find_if(part.begin(), part.end(), same);
      if (found == part.end() || found->info.type != columns[i].info.type) return false;
      joined[i] += found->bytes;
    }
  }
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (joined[i] != columns[i].bytes) return false;
  }
  return true;
}

template <class Work>
void timed(Work&& work) {
  const auto wall = std::chrono::steady_clock::now();
  const std::clock_t cpu = std::clock();
  work();
  std::printf("%.6f %.6f\n", std::chrono::duration<double>(std::chrono::steady_clock::now() - wall).count(),
              static_cast<double>(std::clock() - cpu) / CLOCKS_PER_SEC);
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  if (words.size() == 5 && words[0] == "write") {
    const auto columns = load(*io::npy::open(words[1]));
    timed([&] { write(columns, words[2], std::stoull(words[3]), static_cast<unsigned>(std::stoul(words[4]))); });
    return 0;
  }
  if (words.size() == 3 && words[0] == "read") {
    timed([&] { read(words[1], static_cast<unsigned>(std::stoul(words[2]))); });
    return 0;
  }
  if (words.size() == 3 && words[0] == "check") return equal(load(*io::npy::open(words[1])), words[2]) ? 0 : 1;
  std::fprintf(stderr,
               "usage: bench_zarr write INPUT FOLDER STORES THREADS | read FOLDER THREADS | check INPUT FOLDER\n");
  return 2;
}
