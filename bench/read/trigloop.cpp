// bench_read: trigloop's side of the reading benchmark. It answers one command a line, so that bench/read/run can time
// it and its peers in turn, each pass warm and in a process that is set up already.
//
// usage: bench_read FILE [LAYOUT]      then on standard input, each answered by a line of JSON:
//
//     codec [trust]            decompress what the tiles need, from memory, and nothing else
//     tiles [trust] [THREADS]  file to tiles, opening and binding included
//     dump PATH                the features (events, n) and keys (events, 4) as raw bytes, for comparison
//
// `trust` is ReadOptions::verify = false: no checksums, and what is redundant stays compressed.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "core/isa.hpp"
#include "core/memory.hpp"
#include "event/layout.hpp"
#include "io/any/any.hpp"
#include "io/tiles.hpp"

namespace {

using trigloop::event::Tile;
namespace io = trigloop::io;

struct Command {
  std::string verb, path;
  unsigned threads = 1;
  io::ReadOptions read;
};

Command parse(const std::string& line) {
  std::istringstream words(line);
  Command command;
  words >> command.verb;
  if (command.verb == "dump") {
    std::getline(words >> std::ws, command.path);
    return command;
  }
  for (std::string word; words >> word;) {
    if (word == "trust") {
      command.read.verify = false;
    } else {
      command.threads = static_cast<unsigned>(std::stoul(word));
    }
  }
  return command;
}

double cpu_seconds() {
  timespec t{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

class Answers {
 public:
  Answers(std::string file, const std::string& layout)
      : file_(std::move(file)), layout_(trigloop::event::find_layout(layout)) {}

  void introduce() const {
    const auto source = io::open(file_);
    const io::Binding binding = io::bind(layout_, *source);
    const io::TableInfo& table = io::find_table(source->info(), binding.selection.table);
    io::TileOptions options;
    options.threads = 1;
    options.range = io::EntryRange{0, table.entries};
    const auto stats = io::read_tiles(*source, binding, options, [](unsigned, const Tile&) {});
    std::printf(
        "{\"name\": \"trigloop\", \"isa\": \"%s\", \"writer\": \"%s\", \"events\": %llu, \"columns\": %zu, "
        "\"features\": %u, \"stored_bytes\": %llu, \"file_bytes\": %llu, \"compression\": \"%s\"}\n",
        trigloop::core::active_isa().c_str(), source->info().version.c_str(),
        static_cast<unsigned long long>(table.entries), binding.selection.columns.size(), binding.plan.features,
        static_cast<unsigned long long>(stats.stored_bytes), static_cast<unsigned long long>(source->info().bytes),
        io::find_column(source->info(), table, binding.selection.columns[0]).compression.c_str());
  }

  void answer(const Command& command) const {
    if (command.verb == "codec") return codec(command);
    if (command.verb == "tiles") return tiles(command);
    if (command.verb == "dump") return dump(command);
    std::printf("{\"error\": \"unknown command\"}\n");
  }

 private:
  void codec(const Command& command) const {
    const auto source = io::open(file_);
    const io::Binding binding = io::bind(layout_, *source);
    const io::CodecCost cost = source->measure_codec(binding.selection, command.read);
    std::printf("{\"seconds\": %.9f, \"stored_bytes\": %llu, \"raw_bytes\": %llu, \"units\": %llu}\n", cost.seconds,
                static_cast<unsigned long long>(cost.stored_bytes), static_cast<unsigned long long>(cost.raw_bytes),
                static_cast<unsigned long long>(cost.units));
  }

  void tiles(const Command& command) const {
    const auto start = std::chrono::steady_clock::now();
    const double cpu = cpu_seconds();
    const auto source = io::open(file_);
    io::TileOptions options;
    options.threads = command.threads;
    options.read.verify = command.read.verify;
    const auto stats = io::read_tiles(*source, layout_, options, [](unsigned, const Tile&) {});
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    std::printf("{\"seconds\": %.9f, \"cpu\": %.6f, \"events\": %llu, \"saturated\": %llu, \"missing\": %llu}\n",
                seconds.count(), cpu_seconds() - cpu, static_cast<unsigned long long>(stats.entries),
                static_cast<unsigned long long>(stats.counts.saturated),
                static_cast<unsigned long long>(stats.counts.missing_items));
  }

  /// Event-major, as NumPy has it; each tile goes to the place of its entries.
  void dump(const Command& command) const {
    const auto source = io::open(file_);
    const io::Binding binding = io::bind(layout_, *source);
    const std::uint64_t entries = io::find_table(source->info(), binding.selection.table).entries;
    const std::size_t width = binding.plan.features;
    std::vector<std::int16_t> features(entries * width);
    std::vector<std::uint32_t> keys(entries * 4);
    const auto stats = io::read_tiles(*source, binding, {}, [&](unsigned, const Tile& tile) {
      for (std::uint32_t i = 0; i < tile.size; ++i) {
        const std::size_t entry = tile.first_entry + i;
        for (std::uint32_t f = 0; f < width; ++f) features[entry * width + f] = tile.row<std::int16_t>(f)[i];
        const std::uint32_t key[] = {tile.run[i], tile.block[i], tile.orbit[i], tile.crossing[i]};
        std::ranges::copy(key, keys.begin() + static_cast<std::ptrdiff_t>(entry * 4));
      }
    });
    std::ofstream out(command.path, std::ios::binary);
    out.write(reinterpret_cast<const char*>(features.data()), static_cast<std::streamsize>(features.size() * 2));
    out.write(reinterpret_cast<const char*>(keys.data()), static_cast<std::streamsize>(keys.size() * 4));
    std::printf("{\"events\": %llu}\n", static_cast<unsigned long long>(stats.entries));
  }

  std::string file_;
  trigloop::event::Layout layout_;
};

}  // namespace

int main(int argc, char** argv) {
  trigloop::core::keep_freed_memory();
  try {
    if (argc < 2 || argc > 3) throw trigloop::core::Error(trigloop::core::ErrorCode::usage, "give a file and a layout");
    const Answers answers(argv[1], argc == 3 ? argv[2] : trigloop::event::cms_l1_scouting);
    answers.introduce();
    std::fflush(stdout);
    for (std::string line; std::getline(std::cin, line);) {
      answers.answer(parse(line));
      std::fflush(stdout);
    }
  } catch (const trigloop::core::Error& e) {
    std::fprintf(stderr, "bench_read: %s\n", e.what());
    return static_cast<int>(e.code());
  }
}
