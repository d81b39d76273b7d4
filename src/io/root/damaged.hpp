#pragma once
// The error of bytes that cannot be right; who catches it adds where they stand.
#include <string>
#include <utility>

#include "core/error.hpp"

namespace trigloop::io::root {

inline core::Error damaged(std::string reason) {
  core::Error error(core::ErrorCode::damaged, std::move(reason));
  error.remedy("The file is cut short or corrupted: copy it again from its source");
  return error;
}

}  // namespace trigloop::io::root
