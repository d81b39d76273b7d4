#pragma once
// Threads that share out the blocks of a batch many thousand times a second. A step of a small network takes tens of
// microseconds, so the threads spin between passes for a while before they sleep.
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace trigloop::train {

class Team {
 public:
  /// `threads` (at least 1) counts the caller.
  explicit Team(unsigned threads);
  ~Team();
  Team(const Team&) = delete;
  Team& operator=(const Team&) = delete;

  unsigned threads() const noexcept { return static_cast<unsigned>(workers_.size()) + 1; }

  /// Calls work(item, worker) for every item in [0, items); returns when all are done. The first exception stops the
  /// rest and is thrown here. One call at a time.
  void run(std::size_t items, const std::function<void(std::size_t item, unsigned worker)>& work);

 private:
  void serve(unsigned worker);
  void take_items(unsigned worker);

  std::vector<std::thread> workers_;
  const std::function<void(std::size_t, unsigned)>* work_ = nullptr;
  std::size_t items_ = 0;
  bool stopping_ = false;
  alignas(64) std::atomic<std::uint32_t> call_{0};  ///< counts calls of run; workers wait for it to change
  alignas(64) std::atomic<std::size_t> next_{0};
  alignas(64) std::atomic<std::uint32_t> busy_{0};  ///< workers that have not finished this call
  std::mutex mutex_;
  std::exception_ptr failure_;
};

}  // namespace trigloop::train
