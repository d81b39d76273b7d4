#pragma once
// The HDF5 library for the writer: identifiers that close themselves, one lock, errors as core::Error.
#include <cstdint>
#include <mutex>
#include <string>
#include <utility>

#include "core/error.hpp"

namespace trigloop::io::hdf5 {

/// Debian's library is not built thread-safe: every call is made while this is held.
std::mutex& library_lock();

/// The innermost message on the library's error stack, which is emptied.
std::string library_reason();

/// Passes a result on, or throws Error(output) if it says failure.
template <class T>
T checked(T result, const char* step) {
  if (result >= 0) return result;
  throw core::Error(core::ErrorCode::output, std::string("HDF5 cannot ") + step + ": " + library_reason())
      .remedy("Check that the disk has room; nothing was left behind");
}

/// An identifier of the library (its hid_t, whose functions return its herr_t).
class Handle {
 public:
  using Id = std::int64_t;
  using Close = int (*)(Id);

  Handle() = default;
  Handle(Id id, Close close, const char* step) : id_(checked(id, step)), close_(close) {}
  ~Handle() { reset(); }
  Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, -1)), close_(other.close_) {}
  Handle& operator=(Handle&& other) noexcept {
    reset();
    id_ = std::exchange(other.id_, -1);
    close_ = other.close_;
    return *this;
  }

  Id get() const noexcept { return id_; }
  /// Forgets the identifier without closing it.
  void abandon() noexcept { id_ = -1; }
  /// Closes, and returns what the library says.
  int reset() noexcept { return id_ >= 0 ? close_(std::exchange(id_, -1)) : 0; }

 private:
  Id id_ = -1;
  Close close_ = nullptr;
};

}  // namespace trigloop::io::hdf5
