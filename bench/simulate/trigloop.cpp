// How fast events are made, on one core: to columns (the scouting layout, taus and sums included), and on to the padded
// rows of the training package. Events of a block of 4096 are written over again, as a sink would take them.
#include <benchmark/benchmark.h>

#include "simulate/batch.hpp"
#include "simulate/generator.hpp"

namespace {

using namespace trigloop::simulate;

constexpr std::uint64_t block = 4096;

void fill(const Generator& generator, std::uint64_t first, Batch& batch) {
  Event event;
  batch.clear(block);
  for (std::uint64_t i = first; i < first + block; ++i) {
    make_event(generator, {}, 1, i, {i, 0}, event);
    batch.push(event, {});
  }
}

void columns(benchmark::State& state, const Process* process) {
  const Generator generator(*process, 1);
  Batch batch;
  std::uint64_t first = 0;
  for (auto _ : state) {
    fill(generator, first, batch);
    benchmark::DoNotOptimize(batch.columns(first));
    first += block;
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(first));
}

void rows(benchmark::State& state, const Process* process) {
  const Generator generator(*process, 1);
  Batch batch;
  std::vector<std::int16_t> out(block * 33 * 3);
  std::uint64_t first = 0;
  for (auto _ : state) {
    fill(generator, first, batch);
    batch.fill_objects(out.data());
    benchmark::DoNotOptimize(out.data());
    benchmark::ClobberMemory();
    first += block;
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(first));
}

BENCHMARK_CAPTURE(columns, zero_bias, &zero_bias());
BENCHMARK_CAPTURE(rows, zero_bias, &zero_bias());
BENCHMARK_CAPTURE(columns, top_pairs, &signals()[4]);

}  // namespace

BENCHMARK_MAIN();
