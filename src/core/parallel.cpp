#include "core/parallel.hpp"

#include <sched.h>

#include <atomic>
#include <exception>
#include <mutex>
#include <system_error>
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

/// Calls body(worker) on so many threads, of which this one is worker 0. They end with the call: they cost microseconds
/// where items take milliseconds, and none is left to spin beside what comes next. Where the system refuses further
/// ones, those that run do all.
void on_threads(unsigned threads, const std::function<void(unsigned)>& body) {
  std::vector<std::jthread> running;
  try {
    for (unsigned worker = 1; worker < threads; ++worker) running.emplace_back([&body, worker] { body(worker); });
  } catch (const std::system_error&) {
  }
  body(0);
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
  std::mutex mutex;
  std::exception_ptr first_error;
  // Each takes the next item: the order of items is that of the file, so reads stay nearly sequential.
  on_threads(threads, [&](unsigned worker) {
    try {
      for (std::size_t i = next++; i < items; i = next++) work(i, worker);
    } catch (...) {
      const std::scoped_lock lock(mutex);
      if (!first_error) first_error = std::current_exception();
      next = items;
    }
  });
  if (first_error) std::rethrow_exception(first_error);
}

}  // namespace trigloop::core
