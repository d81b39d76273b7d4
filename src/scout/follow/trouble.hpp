#pragma once
// What kind of trouble an error is, for a stream that goes on.
#include <cstdint>

#include "core/error.hpp"

namespace trigloop::scout {

enum class Trouble : std::uint8_t {
  content,      ///< the input is damaged, or not what was asked for: reading it again would not help
  reading,      ///< the input could not be read this time (I/O error, stale handle, permission): later it may
  gone,         ///< the input is not there any more
  machine,      ///< disk full, out of file handles or memory: nothing goes on until that changes
  interrupted,  ///< the user asked to stop
};

Trouble trouble_of(const core::Error& error) noexcept;

}  // namespace trigloop::scout
