#pragma once
// Delivers lumisections on a thread of its own, so that no core waits while a record reaches the disk.
//
// Deliveries come one at a time, in the order in which they were handed over. Only so many megabytes of them may wait,
// so that a slow disk slows the pass down instead of filling the memory.
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>

#include "scout/pass/pass.hpp"

namespace trigloop::scout {

class Courier {
 public:
  using Deliver = std::function<void(Delivery&&)>;

  /// `deliver` must outlive it.
  explicit Courier(const Deliver& deliver);
  /// Delivers what still waits, as far as nothing failed.
  ~Courier();
  Courier(const Courier&) = delete;
  Courier& operator=(const Courier&) = delete;

  /// Waits while too many wait. Throws what an earlier delivery threw, after which nothing is delivered.
  void hand(Delivery&& delivery);
  /// Waits until all has been delivered. Throws what a delivery threw.
  void finish();

 private:
  static constexpr std::uint64_t most_bytes_waiting = 16u << 20;

  static std::uint64_t bytes_of(const Delivery& delivery);
  void run();
  void stop();

  const Deliver& deliver_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Delivery> waiting_;
  std::uint64_t bytes_waiting_ = 0;
  bool stopped_ = false;
  std::exception_ptr failure_;
  std::thread thread_;
};

}  // namespace trigloop::scout
