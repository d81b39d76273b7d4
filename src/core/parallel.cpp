#include "core/parallel.hpp"

#include <sched.h>
#include <tbb/global_control.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <atomic>

namespace trigloop::core {

unsigned available_cores() {
  cpu_set_t set;
  if (::sched_getaffinity(0, sizeof(set), &set) != 0) return 1;
  const int n = CPU_COUNT(&set);
  return n > 0 ? static_cast<unsigned>(n) : 1;
}

void parallel_for(std::size_t items, unsigned threads, const std::function<void(std::size_t, unsigned)>& work) {
  if (threads == 0) threads = available_cores();
  if (threads > items) threads = items > 0 ? static_cast<unsigned>(items) : 1;
  if (threads == 1) {
    for (std::size_t i = 0; i < items; ++i) work(i, 0);
    return;
  }
  std::atomic<std::size_t> next{0};
  std::atomic<bool> stop{false};
  // More threads than cores are allowed (to test for races), and TBB would refuse them with a word on standard error.
  const tbb::global_control room(tbb::global_control::max_allowed_parallelism, std::max(threads, available_cores()));
  tbb::task_arena arena(static_cast<int>(threads));
  // One task a worker, each taking the next item: the order of items is that of the file, so reads stay nearly
  // sequential.
  arena.execute([&] {
    tbb::parallel_for(
        0u, threads,
        [&](unsigned worker) {
          try {
            for (std::size_t i = next++; i < items && !stop; i = next++) work(i, worker);
          } catch (...) {
            stop = true;
            throw;
          }
        },
        tbb::simple_partitioner{});
  });
}

}  // namespace trigloop::core
