#include "scout/pass/courier.hpp"

#include <utility>

namespace trigloop::scout {

Courier::Courier(const Deliver& deliver) : deliver_(deliver), thread_([this] { run(); }) {}

Courier::~Courier() { stop(); }

void Courier::hand(Delivery&& delivery) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return failure_ || waiting_.size() < most_waiting; });
  if (failure_) std::rethrow_exception(failure_);
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
