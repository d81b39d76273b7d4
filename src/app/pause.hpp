#pragma once
// Waiting between looks at a folder.
#include <chrono>
#include <thread>

#include "core/interrupt.hpp"

namespace trigloop::app {

/// Waits in short steps, so that an interrupt is not kept waiting.
inline void pause(double seconds) {
  using Clock = std::chrono::steady_clock;
  const auto end = Clock::now() + std::chrono::duration<double>(seconds);
  while (Clock::now() < end && !core::interrupted()) std::this_thread::sleep_for(std::chrono::milliseconds(50));
}

}  // namespace trigloop::app
