#include "tune/run/signals.hpp"

#include <csignal>
#include <initializer_list>

namespace trigloop::tune {
namespace {

volatile std::sig_atomic_t stop = 0, still = 0;

extern "C" void on_request(int number) {
  if (number == SIGTSTP) {
    still = 1;
  } else if (number == SIGCONT) {
    still = 0;
  } else {
    stop = 1;
    if (number == SIGINT) std::signal(SIGINT, SIG_DFL);
  }
}

}  // namespace

void catch_requests() {
  for (const int number : {SIGINT, SIGTERM, SIGUSR2, SIGTSTP, SIGCONT}) std::signal(number, on_request);
}

bool stop_requested() noexcept { return stop != 0; }
bool pause_requested() noexcept { return still != 0; }

}  // namespace trigloop::tune
