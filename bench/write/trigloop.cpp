// bench_write: how fast a scouting file is written, against its codec alone.
//
// usage: bench_write FILE FOLDER [ROUNDS]
//        bench_write FILE --same OTHER      fails if the events of OTHER are not those of FILE
//
// The events of FILE are read into memory once. For every codec they are written into FOLDER and read back, which must
// give the same values. Then, in turn and round by round: the codec alone over the very baskets that the writer makes,
// from memory to memory; write(2) of as many bytes as the file has; and the writer, from values in memory to the
// committed file. Times are CPU times of the process, which a busy machine and a slow disk disturb least; the best
// round counts.
#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "core/file.hpp"
#include "io/any/any.hpp"
#include "io/root/writer.hpp"
#include "io/root/writer_tree.hpp"

namespace {

using namespace trigloop;
using io::root::Codec;
using Bytes = std::vector<std::byte>;

double cpu_seconds() {
  timespec t{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

template <class F>
double seconds_of(F&& work) {
  const double start = cpu_seconds();
  work();
  return cpu_seconds() - start;
}

/// The table Events in memory, in the clusters in which it was read.
class Events {
 public:
  explicit Events(const std::string& file) {
    const auto source = io::open(file);
    const io::TableInfo& table = io::find_table(source->info(), "Events");
    io::Selection selection{table.name, table.cycle, {}};
    spec = {table.name, "", {}};
    for (const io::ColumnInfo& c : table.columns) {
      if (!c.type || (c.jagged && c.counter.empty())) continue;
      spec.columns.push_back({c.name, *c.type, c.shape, c.counter});
      selection.columns.push_back(c.name);
    }
    const auto reader = source->read(selection);
    for (event::Columns cluster; reader->next(cluster);) keep(cluster);
  }

  io::TableSpec spec;
  std::vector<event::Columns> clusters;
  std::size_t entries = 0, bytes = 0;

 private:
  void keep(const event::Columns& cluster) {
    clusters.push_back(cluster);
    entries += cluster.entries;
    for (event::ColumnView& view : clusters.back().columns) {
      const std::size_t n = view.values * event::size_of(view.type);
      bytes += n;
      values_.emplace_back(n + core::ByteBuffer::padding);
      if (n > 0) std::memcpy(values_.back().data(), view.data, n);
      view.data = values_.back().data();
      if (view.jagged) view.offsets = shared_offsets(view.offsets);
    }
  }

  /// Columns of one counter share their offsets, as they do in a reader.
  std::span<const std::uint32_t> shared_offsets(std::span<const std::uint32_t> offsets) {
    for (std::size_t back = 1; back <= offsets_.size() && back < 8; ++back) {
      const auto& known = offsets_[offsets_.size() - back];
      if (std::equal(known.begin(), known.end(), offsets.begin(), offsets.end())) return known;
    }
    return offsets_.emplace_back(offsets.begin(), offsets.end());
  }

  std::vector<Bytes> values_;
  std::vector<std::vector<std::uint32_t>> offsets_;
};

void write(const Events& events, const std::filesystem::path& path, const io::root::WriterOptions& options) {
  io::root::Writer writer(path, options);
  writer.add_table(events.spec);
  for (const event::Columns& cluster : events.clusters) writer.append(0, cluster);
  writer.commit();
}

/// The contents of the baskets that the writer makes, uncompressed.
std::vector<Bytes> baskets_of(const Events& events, const io::root::WriterOptions& options) {
  std::vector<Bytes> contents;
  io::root::TreeWriter tree(events.spec, {options.cluster_entries, options.cluster_bytes});
  io::root::Compressor none(Codec::none, 0);
  core::ByteBuffer scratch;
  const auto flush = [&] {
    std::vector<io::root::BasketSpan> spans;
    for (std::size_t i = 0; i < tree.branches().size(); ++i) {
      tree.branches()[i].split(i, tree.open_entries(), tree.offsets(i), options.basket_bytes, spans);
    }
    for (const auto& span : spans) {
      io::root::PackedBasket basket;
      tree.branches()[span.branch].pack(span, tree.offsets(span.branch), {}, none, scratch, basket);
      const auto key_bytes = core::load_be<std::uint16_t>(basket.bytes.data() + 14);
      contents.emplace_back(basket.bytes.data() + key_bytes, basket.bytes.data() + basket.bytes.size());
    }
    tree.close_cluster();
  };
  for (const event::Columns& cluster : events.clusters) {
    for (std::size_t first = 0; first < cluster.entries;) {
      first = tree.take(cluster, first);
      if (tree.full()) flush();
    }
  }
  if (tree.open_entries() > 0) flush();
  return contents;
}

void compress(const std::vector<Bytes>& baskets, const io::root::WriterOptions& options) {
  io::root::Compressor compressor(options.codec, options.level);
  core::ByteBuffer out;
  for (const Bytes& raw : baskets) {
    out.resize_discard(compressor.bound(raw.size()));
    if (compressor(raw, out.data()) == 0) std::memcpy(out.data(), raw.data(), raw.size());
  }
}

/// As many bytes as the file has, in pieces of a basket, to a file of their own.
void write_plain(const std::filesystem::path& path, std::size_t bytes, std::size_t piece) {
  const Bytes data(piece, std::byte{1});
  core::OutputFile file(path);
  for (std::size_t done = 0; done < bytes; done += piece)
    file.write(std::span(data).first(std::min(piece, bytes - done)));
  file.commit();
}

/// The file must hold what was written.
void check(const Events& events, const std::filesystem::path& path) {
  io::Selection selection{events.spec.name, 0, {}};
  for (const io::ColumnSpec& c : events.spec.columns) selection.columns.push_back(c.name);
  const auto source = io::open(path);
  const auto reader = source->read(selection);
  std::vector<Bytes> found(selection.columns.size()), wanted(selection.columns.size());
  const auto add = [](std::vector<Bytes>& to, const event::Columns& cluster) {
    for (std::size_t i = 0; i < to.size(); ++i) {
      const event::ColumnView& view = cluster.columns[i];
      to[i].insert(to[i].end(), view.data, view.data + view.values * event::size_of(view.type));
    }
  };
  for (event::Columns cluster; reader->next(cluster);) add(found, cluster);
  for (const event::Columns& cluster : events.clusters) add(wanted, cluster);
  if (found != wanted)
    throw core::Error(core::ErrorCode::internal, "holds other values than were written").file(path.native());
}

struct Case {
  const char* name;
  Codec codec;
  int level;
};
constexpr Case cases[] = {{"ZSTD-5", Codec::zstd, 5}, {"ZSTD-1", Codec::zstd, 1}, {"ZLIB-6", Codec::zlib, 6},
                          {"LZ4-4", Codec::lz4, 4},   {"LZ4-1", Codec::lz4, 1},   {"none", Codec::none, 0}};

void run(const Events& events, const std::filesystem::path& folder, int rounds) {
  const auto path = folder / "bench_write.root", plain = folder / "bench_write.bin";
  const auto rate = [&](double seconds) { return static_cast<double>(events.entries) / seconds / 1e6; };
  std::printf("%-7s %10s %12s %12s %12s %12s %16s\n", "codec", "bytes/ev", "codec Mev/s", "write Mev/s", "writer Mev/s",
              "of codec", "of codec+write");
  for (const Case& one : cases) {
    const io::root::WriterOptions options{.codec = one.codec, .level = one.level, .threads = 1};
    write(events, path, options);
    check(events, path);
    const std::size_t bytes = std::filesystem::file_size(path);
    const auto baskets = baskets_of(events, options);
    double codec = 1e9, writing = 1e9, writer = 1e9;
    for (int round = 0; round < rounds; ++round) {
      codec = std::min(codec, seconds_of([&] { compress(baskets, options); }));
      writing = std::min(writing, seconds_of([&] { write_plain(plain, bytes, options.basket_bytes); }));
      writer = std::min(writer, seconds_of([&] { write(events, path, options); }));
    }
    std::printf("%-7s %10.1f %12.3f %12.2f %12.3f %11.0f%% %15.0f%%\n", one.name,
                static_cast<double>(bytes) / static_cast<double>(events.entries), rate(codec), rate(writing),
                rate(writer), 100 * codec / writer, 100 * (codec + writing) / writer);
  }
  std::filesystem::remove(path);
  std::filesystem::remove(plain);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "usage: bench_write FILE FOLDER [ROUNDS]\n");
    return 2;
  }
  try {
    const Events events(argv[1]);
    if (std::string(argv[2]) == "--same" && argc > 3) {
      check(events, argv[3]);
      return 0;
    }
    std::printf("%zu events, %zu columns, %.1f bytes/event in memory\n", events.entries, events.spec.columns.size(),
                static_cast<double>(events.bytes) / static_cast<double>(events.entries));
    run(events, argv[2], argc > 3 ? std::stoi(argv[3]) : 3);
  } catch (const core::Error& e) {
    std::fprintf(stderr, "bench_write: %s\n", e.what());
    return static_cast<int>(e.code());
  }
}
