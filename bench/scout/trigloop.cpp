// bench_scout: trigloop's side of the scouting benchmark, in the parts that a whole run cannot show. It answers one
// command a line, so that bench/scout/run can time it and its peers in turn.
//
// usage: bench_scout FILE MODEL      then on standard input, each answered by a line of JSON:
//
//     extend PATH CODEC EVENTS FIRST  write copies of the file's events, lumisections and orbits shifted to fresh
//                               values, the first copy being number FIRST
//     sums LUMISECTIONS         10^6 events a lumisection: sum of all spectra, quantiles, heatmap of score by
//     lumisection codec                     decompress the columns that the pass needs with the menu on, from memory
//     tiles THREADS             file to tiles, opening and binding included, as bench_read does
//     columns THREADS           the same, with all columns that the pass needs decoded: the bound of any pass
//     pass MENU|none THREADS    file to contributions, opening and binding included
#include <chrono>
#include <cstdio>
#include <ctime>
#include <iostream>
#include <sstream>
#include <string>

#include "bench/scout/extend.hpp"
#include "bench/scout/sums.hpp"
#include "core/error.hpp"
#include "core/memory.hpp"
#include "core/parallel.hpp"
#include "event/tiler.hpp"
#include "io/any/any.hpp"
#include "io/tiles.hpp"
#include "scout/pass/bind.hpp"
#include "scout/pass/pass.hpp"

namespace {

using namespace trigloop;

double cpu_seconds() {
  timespec t{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

/// Wall and CPU time of an action that gives a number of events.
template <class Action>
void time(const Action& action) {
  const auto start = std::chrono::steady_clock::now();
  const double cpu = cpu_seconds();
  const std::uint64_t events = action();
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  std::printf("{\"events\": %llu, \"seconds\": %.9f, \"cpu\": %.6f}\n", static_cast<unsigned long long>(events),
              seconds.count(), cpu_seconds() - cpu);
}

class Answers {
 public:
  Answers(std::string file, std::string model) : file_(std::move(file)), model_(std::move(model)) {}

  void answer(const std::string& line) const {
    std::istringstream words(line);
    std::string verb, menu;
    unsigned threads = 1;
    words >> verb;
    if (verb == "extend") {
      std::string path, codec;
      std::uint64_t events = 0;
      std::uint32_t first = 0;
      words >> path >> codec >> events >> first;
      return time([&] { return bench::extend(file_, path, codec, events, first); });
    }
    if (verb == "sums") {
      std::uint32_t lumisections = 0;
      words >> lumisections;
      return bench::sum_spectra(lumisections);
    }
    if (verb == "codec") return codec();
    if (verb == "pass") words >> menu;
    words >> threads;
    if (verb == "columns") {
      const scout::Examiner examiner = make_examiner(menu::cms_run3);
      return time([&] { return columns(examiner, threads); });
    }
    if (verb == "tiles") return time([&] { return tiles(threads); });
    if (verb == "pass") {
      const scout::Examiner examiner = make_examiner(menu);
      return time([&] { return pass(examiner, threads); });
    }
    throw core::Error(core::ErrorCode::usage, "no command '" + verb + "'");
  }

 private:
  scout::Examiner make_examiner(const std::string& menu) const {
    scout::ExaminerOptions options;
    options.model = model_;
    options.layout = event::cms_l1_scouting;
    options.menu = menu == "none" ? "" : menu;
    return scout::make_examiner(options);
  }

  void codec() const {
    const auto source = io::open(file_);
    const scout::Binding binding = scout::bind(make_examiner(menu::cms_run3), *source);
    const std::uint64_t events = io::find_table(source->info(), binding.selection.table).entries;
    const io::CodecCost cost = source->measure_codec(binding.selection);
    std::printf("{\"events\": %llu, \"seconds\": %.9f, \"cpu\": %.9f, \"stored_bytes\": %llu}\n",
                static_cast<unsigned long long>(events), cost.seconds, cost.seconds,
                static_cast<unsigned long long>(cost.stored_bytes));
  }

  std::uint64_t tiles(unsigned threads) const {
    const auto source = io::open(file_);
    io::TileOptions options;
    options.threads = threads;
    const auto layout = event::find_layout(event::cms_l1_scouting);
    return io::read_tiles(*source, layout, options, [](unsigned, const event::Tile&) {}).entries;
  }

  std::uint64_t columns(const scout::Examiner& examiner, unsigned threads) const {
    const auto source = io::open(file_);
    const scout::Binding binding = scout::bind(examiner, *source);
    const std::uint64_t events = io::find_table(source->info(), binding.selection.table).entries;
    const auto tasks = io::cut_tasks(*source, binding.selection, {{0, events}}, threads);
    core::parallel_for(tasks.size(), threads, [&](std::size_t task, unsigned) {
      const auto reader = source->read(binding.selection, {.cluster_entries = 1024});
      event::Tiler tiler(binding.plan);
      event::Columns window;
      for (reader->rewind(tasks[task]); reader->next(window);) {
        window.columns.resize(binding.plan.columns.size());
        tiler.feed(window);
        while (tiler.next() != nullptr) continue;
      }
    });
    return events;
  }

  std::uint64_t pass(const scout::Examiner& examiner, unsigned threads) const {
    const auto source = io::open(file_);
    scout::PassOptions options;
    options.threads = threads;
    options.deliver = [](scout::Delivery&&) {};
    return scout::examine(examiner, *source, {"", file_, 0}, options).rows;
  }

  std::string file_, model_;
};

}  // namespace

int main(int argc, char** argv) {
  core::keep_freed_memory();
  try {
    if (argc != 3) throw core::Error(core::ErrorCode::usage, "give a file and a model");
    const Answers answers(argv[1], argv[2]);
    for (std::string line; std::getline(std::cin, line);) {
      answers.answer(line);
      std::fflush(stdout);
    }
  } catch (const core::Error& e) {
    std::fprintf(stderr, "bench_scout: %s\n", e.what());
    return static_cast<int>(e.code());
  }
}
