// bench_score: trigloop's side of the scoring benchmark. It answers one command a line, so that bench/score/run can
// time it and its peers in turn.
//
// usage: bench_score [MODEL VECTORS.npz [NORMALISATION]]   then on standard input, each answered by a line of JSON:
//
//     dump PATH                    the scores (int32) of all events by the reference engine, after all engines agreed
//     cache ISA                    tiles that stay in the second-level cache
//     stream ISA                   tiles from memory, each score counted in a histogram
//     cores ISA THREADS            as cache, on several cores
//     single ISA                   one event at a time
//     reference                    the reference engine, one event at a time
//
// Without a model: a random network of the deployed one's shape, and random events.
#include <sys/mman.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "core/buffer.hpp"
#include "core/error.hpp"
#include "io/npy/npy.hpp"
#include "model/load.hpp"
#include "score/simd.hpp"
#include "test/score/axol1tl_like.hpp"

namespace {

using namespace trigloop;
using Clock = std::chrono::steady_clock;

constexpr std::size_t features = 57;
constexpr std::size_t lanes = 1024;       // a tile: 117 kB, at home in the second-level cache
constexpr std::size_t window_tiles = 20;  // a time is of 20 tiles; windows so short seldom meet an interruption
constexpr std::size_t windows = 75;       // the median of so many is the answer
constexpr std::size_t stream_tiles = window_tiles * windows;  // 175 MB, more than any cache here
constexpr std::size_t singles = 500, slow_events = 100;       // events of a window, one at a time

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

/// The median time of `run(window)`.
template <class Run>
double median_window(const Run& run) {
  std::vector<double> seconds;
  for (std::size_t w = 0; w < windows; ++w) {
    const auto start = Clock::now();
    run(w);
    seconds.push_back(seconds_since(start));
  }
  std::ranges::nth_element(seconds, seconds.begin() + windows / 2);
  return seconds[windows / 2];
}

std::vector<std::int16_t> inputs_of(const std::string& vectors) {
  const auto source = io::npy::open(vectors);
  const auto reader = source->read({"", 0, {"inputs"}});
  std::vector<std::int16_t> rows;
  for (event::Columns cluster; reader->next(cluster);) {
    const auto part = cluster.columns[0].as<std::int16_t>();
    rows.insert(rows.end(), part.begin(), part.end());
  }
  return rows;
}

class Bench {
 public:
  Bench(const std::string& model, const std::string& vectors, const std::string& normalisation)
      : graph_(model.empty() ? test::Axol1tlLike().make() : model::load(model, {normalisation})),
        plan_(graph_),
        reference_(score::make_engine(graph_, "reference")) {
    if (model.empty()) {
      columns_ = test::hardware_events(events_ = 5000);
    } else {
      transpose(inputs_of(vectors));
    }
    compare();
    fill_tiles();
  }

  void introduce(bool real) const {
    std::cout << "{\"network\":\"" << (real ? graph_.name : "random, of the shape of axol1tl_v5")
              << "\",\"pairs\":" << plan_.pairs() << ",\"events\":" << events_ << ",\"isas\":{";
    const char* comma = "";
    for (const score::Isa& isa : score::available_isas()) {
      std::cout << comma << '"' << isa.name << "\":" << isa.lanes;
      comma = ",";
    }
    std::cout << "}}" << std::endl;
  }

  void answer(const std::string& line) {
    std::istringstream words(line);
    std::string verb, argument;
    unsigned threads = 1;
    words >> verb >> argument >> threads;
    if (verb == "dump") {
      std::ofstream(argument, std::ios::binary)
          .write(reinterpret_cast<const char*>(expected_.data()), static_cast<std::streamsize>(expected_.size() * 4));
      report(events_, 0);
    } else if (verb == "cache") {
      report(window_tiles * lanes, cache(argument));
    } else if (verb == "stream") {
      report(window_tiles * lanes, stream(argument));
    } else if (verb == "cores") {
      report(window_tiles * lanes * threads, cores(argument, threads));
    } else if (verb == "single") {
      report(singles, one_at_a_time(score::SimdEngine(plan_, isa(argument)), singles));
    } else if (verb == "reference") {
      report(slow_events, one_at_a_time(*reference_, slow_events));
    } else {
      throw core::Error(core::ErrorCode::usage, "no command '" + verb + "'");
    }
  }

 private:
  static void report(std::size_t events, double seconds) {
    std::cout << "{\"events\":" << events << ",\"seconds\":" << seconds << "}" << std::endl;
  }

  static const score::Isa& isa(const std::string& name) {
    for (const score::Isa& one : score::available_isas())
      if (one.name == name) return one;
    throw core::Error(core::ErrorCode::usage, "no instruction set '" + name + "' here");
  }

  void transpose(const std::vector<std::int16_t>& rows) {
    events_ = rows.size() / features;
    columns_.resize(rows.size());
    for (std::size_t e = 0; e < events_; ++e)
      for (std::size_t k = 0; k < features; ++k) columns_[k * events_ + e] = rows[e * features + k];
  }

  /// No clock before all engines agree.
  void compare() {
    expected_.resize(events_);
    reference_->stream()->run({columns_.data(), events_, events_, nullptr}, expected_.data());
    std::vector<std::int32_t> codes(events_);
    for (const score::Isa& one : score::available_isas()) {
      score::SimdEngine(plan_, one).stream()->run({columns_.data(), events_, events_, nullptr}, codes.data());
      if (codes != expected_)
        throw core::Error(core::ErrorCode::internal, std::string(one.name) + " differs from the reference");
    }
  }

  void fill_tiles() {
    const std::size_t values = stream_tiles * lanes * features;
    tiles_.resize_discard(values);
    ::madvise(tiles_.data(), values * sizeof(std::int16_t), MADV_HUGEPAGE);
    for (std::size_t t = 0; t < stream_tiles; ++t)
      for (std::size_t k = 0; k < features; ++k)
        for (std::size_t e = 0; e < lanes; ++e)
          tiles_[(t * features + k) * lanes + e] = columns_[k * events_ + (t * lanes + e) % events_];
  }

  const std::int16_t* tile(std::size_t t) const { return tiles_.data() + t * features * lanes; }

  double cache(const std::string& name) const {
    const score::SimdEngine engine(plan_, isa(name));
    const auto scorer = engine.stream();
    std::vector<std::int32_t> codes(lanes);
    scorer->run({tile(0), lanes, lanes, tile(0)}, codes.data());
    return median_window([&](std::size_t) {
      for (std::size_t t = 0; t < window_tiles; ++t) scorer->run({tile(0), lanes, lanes, tile(0)}, codes.data());
    });
  }

  double stream(const std::string& name) const {
    const score::SimdEngine engine(plan_, isa(name));
    const auto scorer = engine.stream();
    std::vector<std::int32_t> codes(lanes);
    std::vector<std::uint64_t> counts(std::size_t{1} << 18);
    return median_window([&](std::size_t w) {
      for (std::size_t t = w * window_tiles; t < (w + 1) * window_tiles; ++t) {
        scorer->run({tile(t), lanes, lanes, tile(std::min(t + 1, stream_tiles - 1))}, codes.data());
        for (const std::int32_t code : codes) ++counts[static_cast<std::size_t>(code) & (counts.size() - 1)];
      }
    });
  }

  double cores(const std::string& name, unsigned threads) const {
    std::vector<double> seconds(threads);
    std::vector<std::thread> workers;
    for (unsigned t = 0; t < threads; ++t) workers.emplace_back([&, t] { seconds[t] = cache(name); });
    for (std::thread& worker : workers) worker.join();
    return *std::ranges::max_element(seconds);
  }

  double one_at_a_time(const score::Engine& engine, std::size_t count) const {
    const auto scorer = engine.stream();
    std::int32_t code = 0;
    return median_window([&](std::size_t w) {
      for (std::size_t e = 0; e < count; ++e)
        scorer->run({columns_.data() + (w * count + e) % events_, events_, 1, nullptr}, &code);
    });
  }

  model::Graph graph_;
  score::Plan plan_;
  std::shared_ptr<const score::Engine> reference_;
  std::size_t events_ = 0;
  std::vector<std::int16_t> columns_;  ///< feature-major
  std::vector<std::int32_t> expected_;
  core::AlignedBuffer<std::int16_t> tiles_;
};

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc == 2 || argc > 4)
      throw core::Error(core::ErrorCode::usage, "usage: bench_score [MODEL VECTORS.npz [NORMALISATION]]");
    const auto word = [&](int i) { return i < argc ? std::string(argv[i]) : std::string(); };
    Bench bench(word(1), word(2), word(3));
    bench.introduce(argc > 1);
    for (std::string line; std::getline(std::cin, line);) bench.answer(line);
  } catch (const core::Error& e) {
    std::cerr << "bench_score: " << e.what() << '\n';
    return static_cast<int>(e.code());
  }
}
