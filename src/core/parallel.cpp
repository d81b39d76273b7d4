#include "core/parallel.hpp"

#include <sched.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <thread>
#include <vector>

namespace trigloop::core {

unsigned available_cores() {
  cpu_set_t set;
  if (::sched_getaffinity(0, sizeof(set), &set) != 0) return 1;
  const int n = CPU_COUNT(&set);
  return n > 0 ? static_cast<unsigned>(n) : 1;
}

namespace {

/// For more threads than cores: those wait for storage, which TBB is not made for; it would refuse them.
void on_plain_threads(unsigned threads, const std::function<void(unsigned)>& body) {
  std::vector<std::exception_ptr> errors(threads);
  std::vector<std::thread> running;
  for (unsigned worker = 0; worker < threads; ++worker) {
    running.emplace_back([&body, &error = errors[worker], worker] {
      try {
        body(worker);
      } catch (...) {
        error = std::current_exception();
      }
    });
  }
  for (std::thread& thread : running) thread.join();
  for (const std::exception_ptr& error : errors) {
    if (error) std::rethrow_exception(error);
  }
}

void on_threads(unsigned threads, const std::function<void(unsigned)>& body) {
#ifdef __SANITIZE_THREAD__
  // TBB is not built for the thread sanitizer, which would report the hand-overs inside it. With plain threads races of
  // the work itself are seen.
  on_plain_threads(threads, body);
#else
  if (threads > available_cores()) return on_plain_threads(threads, body);
  tbb::task_arena arena(static_cast<int>(threads));
  arena.execute([&] { tbb::parallel_for(0u, threads, body, tbb::simple_partitioner{}); });
#endif
}

}  // namespace

void parallel_for(std::size_t items, unsigned threads, const std::function<void(std::size_t, unsigned)>& work) {
  if (threads == 0) threads = available_cores();
  if (threads > items) threads = items > 0 ? static_cast<unsigned>(items) : 1;
  if (threads == 1) {
    for (std::size_t i = 0; i < items; ++i) work(i, 0);
    return;
  }
  std::atomic<std::size_t> next{0};
  std::atomic<bool> stop{false};
  // One task a worker, each taking the next item: the order of items is that of the file, so reads stay nearly
  // sequential.
  on_threads(threads, [&](unsigned worker) {
    try {
      for (std::size_t i = next++; i < items && !stop; i = next++) work(i, worker);
    } catch (...) {
      stop = true;
      throw;
    }
  });
}

}  // namespace trigloop::core
