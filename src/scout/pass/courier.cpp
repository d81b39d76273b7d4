#include "scout/pass/courier.hpp"

#include <utility>

namespace trigloop::scout {

Courier::Courier(const Deliver& deliver) : deliver_(deliver), thread_([this] { run(); }) {}

Courier::~Courier() { stop(); }

/// More or less: orbits are most of it where there are many, counts and kept events where there are few.
std::uint64_t Courier::bytes_of(const Delivery& delivery) {
  constexpr std::uint64_t rest = 512u << 10;
  return delivery.contribution.orbits.entries().size() * sizeof(event::OrbitEntry) + rest;
}

void Courier::hand(Delivery&& delivery) {
  const std::uint64_t bytes = bytes_of(delivery);
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return failure_ || waiting_.empty() || bytes_waiting_ + bytes <= most_bytes_waiting; });
  if (failure_) std::rethrow_exception(failure_);
  bytes_waiting_ += bytes;
  waiting_.push_back(std::move(delivery));
  changed_.notify_all();
}

void Courier::finish() {
  stop();
  if (failure_) std::rethrow_exception(failure_);
}

void Courier::stop() {
  {
    const std::scoped_lock lock(mutex_);
    stopped_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Courier::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [&] { return stopped_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    Delivery delivery = std::move(waiting_.front());
    waiting_.pop_front();
    bytes_waiting_ -= bytes_of(delivery);
    lock.unlock();
    changed_.notify_all();
    try {
      deliver_(std::move(delivery));
      lock.lock();
    } catch (...) {
      lock.lock();
      failure_ = std::current_exception();
      changed_.notify_all();
      return;
    }
  }
}

}  // namespace trigloop::scout
