#pragma once
// The HDF5 library for the writer: identifiers that close themselves, one lock, errors as core::Error.
#include <hdf5.h>

#include <mutex>
#include <string>
#include <utility>

#include "core/error.hpp"

namespace trigloop::io::hdf5 {

/// Debian's library is not built thread-safe: every call is made while this is held.
inline std::mutex& library_lock() {
  static std::mutex mutex;
  return mutex;
}

/// The innermost message on the library's error stack.
inline std::string library_reason() {
  std::string reason = "no reason given";
  const auto take = [](unsigned, const H5E_error2_t* error, void* to) -> herr_t {
    if (error->desc != nullptr) *static_cast<std::string*>(to) = error->desc;
    return 1;  // the first, innermost one is the cause
  };
  ::H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, take, &reason);
  ::H5Eclear2(H5E_DEFAULT);
  return reason;
}

/// Passes a result on, or throws Error(output) if it says failure.
template <class T>
T checked(T result, const char* step) {
  if (result >= 0) return result;
  throw core::Error(core::ErrorCode::output, std::string("HDF5 cannot ") + step + ": " + library_reason())
      .remedy("Check that the disk has room; nothing was left behind");
}

/// An identifier of the library.
class Handle {
 public:
  Handle() = default;
  Handle(hid_t id, herr_t (*close)(hid_t), const char* step) : id_(checked(id, step)), close_(close) {}
  ~Handle() { reset(); }
  Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, -1)), close_(other.close_) {}
  Handle& operator=(Handle&& other) noexcept {
    reset();
    id_ = std::exchange(other.id_, -1);
    close_ = other.close_;
    return *this;
  }

  hid_t get() const noexcept { return id_; }
  /// Closes and returns what the library says.
  herr_t reset() noexcept { return id_ >= 0 ? close_(std::exchange(id_, -1)) : 0; }

 private:
  hid_t id_ = -1;
  herr_t (*close_)(hid_t) = nullptr;
};

}  // namespace trigloop::io::hdf5
