#include "io/hdf5/library.hpp"

#include <hdf5.h>

namespace trigloop::io::hdf5 {

std::mutex& library_lock() {
  static std::mutex mutex;
  return mutex;
}

std::string library_reason() {
  std::string reason = "no reason given";
  const auto take = [](unsigned, const H5E_error2_t* error, void* to) -> herr_t {
    if (error->desc != nullptr) *static_cast<std::string*>(to) = error->desc;
    return 1;  // the first, innermost one is the cause
  };
  ::H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, take, &reason);
  ::H5Eclear2(H5E_DEFAULT);
  return reason;
}

}  // namespace trigloop::io::hdf5
