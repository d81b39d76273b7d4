#include "simulate/pipeline.hpp"

#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "core/interrupt.hpp"
#include "core/parallel.hpp"

namespace trigloop::simulate {
namespace {

/// A ring of batches: block b lives in slot b mod slots, from when the one before it there was taken.
class Ring {
 public:
  Ring(std::uint64_t blocks, unsigned threads, const MakeBlock& make)
      : blocks_(blocks), make_(make), slots_(2 * threads) {
    for (unsigned i = 0; i < threads; ++i) workers_.emplace_back([this] { work(); });
  }
  ~Ring() {
    stop(nullptr);
    for (std::thread& worker : workers_) worker.join();
  }
  Ring(const Ring&) = delete;
  Ring& operator=(const Ring&) = delete;

  /// Waits for a block that is made. Throws what a worker threw.
  const Batch& wait_for(std::uint64_t block) {
    Slot& slot = slots_[block % slots_.size()];
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return slot.made || failure_; });
    if (failure_) std::rethrow_exception(failure_);
    return slot.batch;
  }
  void taken(std::uint64_t block) {
    {
      const std::lock_guard lock(mutex_);
      slots_[block % slots_.size()].made = false;
      taken_ = block + 1;
    }
    changed_.notify_all();
  }

 private:
  struct Slot {
    Batch batch;
    bool made = false;
  };

  void work() {
    std::unique_lock lock(mutex_);
    while (next_ < blocks_) {
      const std::uint64_t block = next_++;
      changed_.wait(lock, [&] { return stopped_ || block < taken_ + slots_.size(); });
      if (stopped_) return;
      Slot& slot = slots_[block % slots_.size()];
      lock.unlock();
      try {
        make_(block, slot.batch);
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

  std::uint64_t blocks_, next_ = 0, taken_ = 0;
  const MakeBlock& make_;
  std::vector<Slot> slots_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopped_ = false;
  std::exception_ptr failure_;
  std::vector<std::thread> workers_;
};

}  // namespace

void run_pipeline(std::uint64_t blocks, unsigned threads, const MakeBlock& make, const TakeBlock& take) {
  if (threads == 0) threads = core::available_cores();
  if (threads == 1) {
    Batch batch;
    for (std::uint64_t block = 0; block < blocks; ++block) {
      core::stop_if_interrupted();
      make(block, batch);
      take(block, batch);
    }
    return;
  }
  Ring ring(blocks, threads, make);
  for (std::uint64_t block = 0; block < blocks; ++block) {
    core::stop_if_interrupted();
    take(block, ring.wait_for(block));
    ring.taken(block);
  }
}

}  // namespace trigloop::simulate
