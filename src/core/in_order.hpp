#pragma once
// Items made by many threads and taken in order, while more are being made.
//
// Items live in a ring of slots that are reused, so the memory is bounded and, after the first turn, nothing is
// allocated: item i lives in slot i mod slots, from when the one before it there was taken.
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "core/interrupt.hpp"
#include "core/parallel.hpp"

namespace trigloop::core {

/// The ring itself; use `run_in_order`.
template <class Item, class Make>
class Ring {
 public:
  Ring(std::uint64_t items, unsigned threads, const Make& make) : items_(items), make_(make), slots_(2 * threads) {
    for (unsigned i = 0; i < threads; ++i) workers_.emplace_back([this, i] { work(i); });
  }
  ~Ring() {
    stop(nullptr);
    for (std::thread& worker : workers_) worker.join();
  }
  Ring(const Ring&) = delete;
  Ring& operator=(const Ring&) = delete;

  /// Waits for an item that is made. Throws what a worker threw.
  Item& wait_for(std::uint64_t item) {
    Slot& slot = slots_[item % slots_.size()];
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return slot.made || failure_; });
    if (failure_) std::rethrow_exception(failure_);
    return slot.item;
  }
  void taken(std::uint64_t item) {
    {
      const std::lock_guard lock(mutex_);
      slots_[item % slots_.size()].made = false;
      taken_ = item + 1;
    }
    changed_.notify_all();
  }

 private:
  struct Slot {
    Item item;
    bool made = false;
  };

  void work(unsigned worker) {
    std::unique_lock lock(mutex_);
    while (next_ < items_) {
      const std::uint64_t number = next_++;
      changed_.wait(lock, [&] { return stopped_ || number < taken_ + slots_.size(); });
      if (stopped_) return;
      Slot& slot = slots_[number % slots_.size()];
      lock.unlock();
      try {
        make_(number, worker, slot.item);
      } catch (...) {
        stop(std::current_exception());
        return;
      }
      lock.lock();
      slot.made = true;
      changed_.notify_all();
    }
  }
  void stop(std::exception_ptr failure) {
    {
      const std::lock_guard lock(mutex_);
      stopped_ = true;
      if (failure && !failure_) failure_ = failure;
    }
    changed_.notify_all();
  }

  std::uint64_t items_, next_ = 0, taken_ = 0;
  const Make& make_;
  std::vector<Slot> slots_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopped_ = false;
  std::exception_ptr failure_;
  std::vector<std::thread> workers_;
};

/// For each item of [0, items): make(number, worker, item) on one of `threads` threads (0: all cores), at most twice as
/// many ahead, and take(number, item), in order, on the calling thread. `worker` is below `threads` and never the same
/// for two calls at a time. With one thread everything happens in turn on the calling one. The first exception of
/// either side ends all and is thrown here; so does an interrupt (Error interrupted).
template <class Item, class Make, class Take>
void run_in_order(std::uint64_t items, unsigned threads, const Make& make, const Take& take) {
  if (threads == 0) threads = available_cores();
  if (threads == 1) {
    Item item;
    for (std::uint64_t number = 0; number < items; ++number) {
      stop_if_interrupted();
      make(number, 0u, item);
      take(number, item);
    }
    return;
  }
  Ring<Item, Make> ring(items, threads, make);
  for (std::uint64_t number = 0; number < items; ++number) {
    stop_if_interrupted();
    take(number, ring.wait_for(number));
    ring.taken(number);
  }
}

}  // namespace trigloop::core
