#include "scout/follow/trouble.hpp"

#include <cerrno>

namespace trigloop::scout {

Trouble trouble_of(const core::Error& error) noexcept {
  if (error.code() == core::ErrorCode::interrupted) return Trouble::interrupted;
  if (error.code() == core::ErrorCode::output) return Trouble::machine;
  switch (error.system_error()) {
    case 0:
      return error.code() == core::ErrorCode::not_found ? Trouble::reading : Trouble::content;
    case ENOENT:
    case ENOTDIR:
      return Trouble::gone;
    case EMFILE:
    case ENFILE:
    case ENOMEM:
    case ENOSPC:
    case EDQUOT:
      return Trouble::machine;
    default:
      return Trouble::reading;
  }
}

}  // namespace trigloop::scout
