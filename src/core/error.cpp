#include "core/error.hpp"

#include <utility>

namespace trigloop::core {

std::string_view describe(ErrorCode code) {
  switch (code) {
    case ErrorCode::internal:
      return "a fault of trigloop itself";
    case ErrorCode::usage:
      return "wrong options or a wrong configuration";
    case ErrorCode::not_found:
      return "an input is missing or may not be read";
    case ErrorCode::damaged:
      return "an input is truncated, corrupted or contradicts itself";
    case ErrorCode::unsupported:
      return "an input holds something that trigloop does not read";
    case ErrorCode::mismatch:
      return "an input is not what was asked for";
    case ErrorCode::output:
      return "an output cannot be written";
    case ErrorCode::limit:
      return "a stated limit was reached";
    case ErrorCode::interrupted:
      return "stopped by the user";
  }
  return "unknown";
}

std::string escaped(std::string_view text) {
  static constexpr char hex[] = "0123456789abcdef";
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (byte < 0x20 || byte == 0x7F) {
      out += "\\x";
      out += hex[byte >> 4];
      out += hex[byte & 15];
    } else {
      out += c;
    }
  }
  return out;
}

Error::Error(ErrorCode code, std::string reason) : code_(code), reason_(std::move(reason)) { compose(); }

Error& Error::file(std::string_view path) {
  if (file_.empty()) {
    file_ = path;
    compose();
  }
  return *this;
}

Error& Error::in(std::string_view place) {
  place_ = place_.empty() ? std::string(place) : std::string(place) + ", " + place_;
  compose();
  return *this;
}

Error& Error::offset(std::uint64_t byte) {
  if (!has_offset_) {
    offset_ = byte;
    has_offset_ = true;
    compose();
  }
  return *this;
}

Error& Error::remedy(std::string_view advice) {
  if (remedy_.empty()) {
    remedy_ = advice;
    compose();
  }
  return *this;
}

Error& Error::cause(int system_error) noexcept {
  if (system_error_ == 0) system_error_ = system_error;
  return *this;
}

void Error::compose() {
  text_.clear();
  if (!file_.empty()) text_ += escaped(file_) + ": ";
  if (!place_.empty()) text_ += escaped(place_) + (has_offset_ ? ", " : ": ");
  if (has_offset_) text_ += "byte " + std::to_string(offset_) + ": ";
  text_ += escaped(reason_);
  if (!remedy_.empty()) text_ += ". " + escaped(remedy_);
}

}  // namespace trigloop::core
