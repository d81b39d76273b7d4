#pragma once
// Writes JSON text. For what libraries of JSON values cannot hold: integers beyond 64 bits, names that are not UTF-8,
// and long arrays of numbers without a node for each.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

#include "core/int128.hpp"

namespace trigloop::core {

/// Calls nest as the JSON does: begin_object, key, value, ..., end_object. Commas come by themselves.
class JsonWriter {
 public:
  JsonWriter& begin_object() { return open('{'); }
  JsonWriter& end_object() { return close('}'); }
  JsonWriter& begin_array() { return open('['); }
  JsonWriter& end_array() { return close(']'); }
  JsonWriter& key(std::string_view name);

  JsonWriter& value(std::string_view text);
  JsonWriter& value(const char* text) { return value(std::string_view(text)); }
  /// The shortest decimal that gives the same double; null where JSON has no number (NaN, infinities).
  JsonWriter& value(double number);
  JsonWriter& value(Int128 number) { return raw(to_string(number)); }
  JsonWriter& value(bool truth) { return raw(truth ? "true" : "false"); }
  template <class T>
    requires std::is_integral_v<T>
  JsonWriter& value(T number) {
    return value(static_cast<Int128>(number));
  }
  JsonWriter& null() { return raw("null"); }
  /// Text that is JSON already.
  JsonWriter& raw(std::string_view json);

  template <class T>
  JsonWriter& member(std::string_view name, const T& content) {
    return key(name).value(content);
  }

  /// An array of values; an optional one that is empty is null.
  template <class List>
  JsonWriter& array(std::string_view name, const List& values) {
    key(name).begin_array();
    for (const auto& one : values) {
      if constexpr (requires { one.has_value(); }) {
        one ? value(*one) : null();
      } else {
        value(one);
      }
    }
    return end_array();
  }

  const std::string& text() const noexcept { return text_; }

 private:
  JsonWriter& open(char bracket);
  JsonWriter& close(char bracket);
  void separate();

  std::string text_;
  bool fresh_ = true;  ///< nothing stands before the next value in its array or object
};

/// `text` in quotes. What is not UTF-8 becomes U+FFFD; "</" becomes "<\/", so that the text may stand in a page.
std::string json_quoted(std::string_view text);

}  // namespace trigloop::core
