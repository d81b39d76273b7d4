#pragma once
// Threads that share out the blocks of a batch many thousand times a second. A step of a small network takes tens of
// microseconds, so the threads spin between passes for a while before they sleep. Each has a share of its own, the same
// in every call of as many items: it finds there in its cache what it left there. Only who is done takes from others.
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

  /// Calls work(item, worker) for every item in [0, items), each share from its end if `backwards`; returns when all
  /// are done. The first exception stops the rest and is thrown here. One call at a time.
  void run(std::size_t items, const std::function<void(std::size_t item, unsigned worker)>& work,
           bool backwards = false);

 private:
  /// A worker's items; `taken` of them are done or being done.
  struct alignas(64) Share {
    std::size_t begin = 0, end = 0;
    std::atomic<std::size_t> taken{0};
  };
  void serve(unsigned worker);
  void take_items(unsigned worker);
  void empty(Share& share, unsigned worker);

  std::vector<Share> shares_;
  std::vector<std::thread> workers_;
  const std::function<void(std::size_t, unsigned)>* work_ = nullptr;
  bool backwards_ = false, stopping_ = false;
  alignas(64) std::atomic<std::uint32_t> call_{0};  ///< counts calls of run; workers wait for it to change
  alignas(64) std::atomic<std::uint32_t> busy_{0};  ///< workers that have not finished this call
  std::mutex mutex_;
  std::exception_ptr failure_;
};

}  // namespace trigloop::train
