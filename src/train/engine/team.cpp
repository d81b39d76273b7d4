#include "train/engine/team.hpp"

#include <utility>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace trigloop::train {
namespace {

void relax() {
#if defined(__x86_64__)
  _mm_pause();
#endif
}

/// Until `value` differs from `old`: some 50 microseconds awake, then asleep.
template <class T>
void await_change(const std::atomic<T>& value, T old) {
  for (int spin = 0; spin < 2000; ++spin) {
    if (value.load(std::memory_order_acquire) != old) return;
    relax();
  }
  while (value.load(std::memory_order_acquire) == old) value.wait(old, std::memory_order_acquire);
}

}  // namespace

Team::Team(unsigned threads) : shares_(threads) {
  for (unsigned worker = 1; worker < threads; ++worker) workers_.emplace_back([this, worker] { serve(worker); });
}

Team::~Team() {
  stopping_ = true;
  call_.fetch_add(1, std::memory_order_release);
  call_.notify_all();
  for (std::thread& worker : workers_) worker.join();
}

void Team::serve(unsigned worker) {
  for (std::uint32_t seen = 0;; ++seen) {
    await_change(call_, seen);
    if (stopping_) return;
    take_items(worker);
    if (busy_.fetch_sub(1, std::memory_order_acq_rel) == 1) busy_.notify_one();
  }
}

void Team::empty(Share& share, unsigned worker) {
  const std::size_t items = share.end - share.begin;
  for (std::size_t k; (k = share.taken.fetch_add(1, std::memory_order_relaxed)) < items;)
    (*work_)(backwards_ ? share.end - 1 - k : share.begin + k, worker);
}

void Team::take_items(unsigned worker) {
  try {
    for (std::size_t k = 0; k < shares_.size(); ++k) empty(shares_[(worker + k) % shares_.size()], worker);
  } catch (...) {
    for (Share& share : shares_) share.taken.store(share.end, std::memory_order_relaxed);
    const std::lock_guard lock(mutex_);
    if (!failure_) failure_ = std::current_exception();
  }
}

void Team::run(std::size_t items, const std::function<void(std::size_t, unsigned)>& work, bool backwards) {
  work_ = &work;
  backwards_ = backwards;
  for (std::size_t k = 0; k < shares_.size(); ++k) {
    shares_[k].begin = items * k / shares_.size();
    shares_[k].end = items * (k + 1) / shares_.size();
    shares_[k].taken.store(0, std::memory_order_relaxed);
  }
  if (!workers_.empty()) {
    busy_.store(static_cast<std::uint32_t>(workers_.size()), std::memory_order_relaxed);
    call_.fetch_add(1, std::memory_order_release);
    call_.notify_all();
  }
  take_items(0);
  for (std::uint32_t left; (left = busy_.load(std::memory_order_acquire)) != 0;) await_change(busy_, left);
  if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
}

}  // namespace trigloop::train
