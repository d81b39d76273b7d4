#include "core/interrupt.hpp"

#include <csignal>

#include "core/error.hpp"

namespace trigloop::core {
namespace {

volatile std::sig_atomic_t flag = 0;  // the signal's number

extern "C" void on_signal(int number) {
  flag = number;
  std::signal(number, SIG_DFL);
}

}  // namespace

void catch_interrupts() {
  std::signal(SIGINT, on_signal);
  std::signal(SIGTERM, on_signal);
}

bool interrupted() noexcept { return flag != 0; }

bool asked_to_end() noexcept { return flag == SIGTERM; }

void stop_if_interrupted() {
  if (interrupted()) throw Error(ErrorCode::interrupted, "stopped; nothing half-written was left");
}

}  // namespace trigloop::core
