#include "io/root/writer.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "io/root/writer_file.hpp"
#include "io/root/writer_metadata.hpp"
#include "io/root/writer_schema.hpp"
#include "io/root/writer_tree.hpp"

namespace trigloop::io::root {
namespace {

constexpr std::size_t least_basket = 256, largest_basket = 256u << 20;
constexpr std::size_t baskets_in_wave = 16;  // and thread

FileWriter::Config file_config(const WriterOptions& options) {
  return {.title = options.title,
          .datime = packed_datime(options.unix_time),
          .compression = compression_setting(options.codec, options.level),
          .big_from = options.big_file_from};
}

}  // namespace

struct Writer::State {
  /// What a thread needs to pack baskets.
  struct Worker {
    Compressor compressor;
    core::ByteBuffer scratch;
  };

  State(std::filesystem::path path, WriterOptions o)
      : options(std::move(o)), file(std::move(path), file_config(options)) {
    if (options.threads == 0) options.threads = core::available_cores();
    options.basket_bytes = std::clamp(options.basket_bytes, least_basket, largest_basket);
    for (unsigned i = 0; i < options.threads; ++i) {
      workers.push_back({Compressor(options.codec, options.level), {}});
    }
  }

  void append(TreeWriter& tree, const event::Columns& cluster);
  void flush(TreeWriter& tree);
  void pack(const TreeWriter& tree, const BasketSpan& span, Worker& worker, PackedBasket& out) const;
  void commit();

  WriterOptions options;
  FileWriter file;
  std::vector<Worker> workers;
  std::vector<TreeWriter> trees;
  std::vector<BasketSpan> spans;     // of the cluster that is flushed
  std::vector<PackedBasket> packed;  // one wave of them; kept from cluster to cluster
  bool started = false;
};

void Writer::State::append(TreeWriter& tree, const event::Columns& cluster) {
  check_cluster(tree.spec(), tree.counters(), cluster);
  for (std::size_t first = 0; first < cluster.entries;) {
    first = tree.take(cluster, first);
    if (tree.full()) flush(tree);
  }
}

void Writer::State::flush(TreeWriter& tree) {
  spans.clear();
  for (std::size_t i = 0; i < tree.branches().size(); ++i) {
    try {
      tree.branches()[i].split(i, tree.open_entries(), tree.offsets(i), options.basket_bytes, spans);
    } catch (core::Error& e) {
      e.in("table '" + tree.spec().name + "', column '" + tree.spec().columns[i].name + "'");
      throw;
    }
  }
  // In waves: enough baskets that all threads have work, few enough that they are written from cache.
  packed.resize(baskets_in_wave * options.threads);
  for (std::size_t done = 0; done < spans.size(); done += packed.size()) {
    const std::size_t n = std::min(packed.size(), spans.size() - done);
    core::parallel_for(n, options.threads, [&](std::size_t i, unsigned worker) {
      pack(tree, spans[done + i], workers[worker], packed[i]);
    });
    for (std::size_t i = 0; i < n; ++i) {
      const BasketSpan& span = spans[done + i];
      tree.branches()[span.branch].write(packed[i], tree.closed_entries() + span.first, file);
    }
  }
  tree.close_cluster();
}

void Writer::State::pack(const TreeWriter& tree, const BasketSpan& span, Worker& worker, PackedBasket& out) const {
  const Branch& branch = tree.branches()[span.branch];
  RecordKey key;
  key.name = branch.spec().name;
  key.title = tree.spec().name;
  key.cycle = 0;
  key.datime = file.config().datime;
  branch.pack(span, tree.offsets(span.branch), std::move(key), worker.compressor, worker.scratch, out);
}

void Writer::State::commit() {
  Compressor& compressor = workers.front().compressor;
  for (TreeWriter& tree : trees) {
    if (tree.open_entries() > 0) flush(tree);
    file.write_object("TTree", tree.spec().name, tree.spec().title, compressor,
                      [&](ObjectWriter& out) { put_tree(out, tree, file.config().compression, options.basket_bytes); });
  }
  file.commit(compressor);
}

Writer::Writer(std::filesystem::path path, WriterOptions options)
    : state_(std::make_unique<State>(std::move(path), std::move(options))) {}

Writer::~Writer() = default;

std::size_t Writer::add_table(const TableSpec& table) {
  assert(!state_->started && "all tables come before the first append");
  const auto same = [&](const TreeWriter& tree) { return tree.spec().name == table.name; };
  if (std::ranges::any_of(state_->trees, same)) {
    throw core::Error(core::ErrorCode::usage, "there are two tables of the name '" + core::escaped(table.name) + "'");
  }
  state_->trees.emplace_back(table, ClusterLimits{state_->options.cluster_entries, state_->options.cluster_bytes});
  return state_->trees.size() - 1;
}

void Writer::append(std::size_t table, const event::Columns& cluster) {
  assert(table < state_->trees.size());
  state_->started = true;
  try {
    state_->append(state_->trees[table], cluster);
  } catch (core::Error& e) {
    e.file(state_->file.path().native());
    throw;
  }
}

void Writer::commit() { state_->commit(); }

}  // namespace trigloop::io::root
