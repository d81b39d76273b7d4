#pragma once
// Reads one line of a journal: JSON as Python's json module writes it, with NaN, Infinity and -Infinity.
//
// Hand-written because libraries refuse those three, and because a journal of 10^5 trials has millions of lines, each
// of which is looked at once, forwards. Values that are kept as they are (attributes) are taken as text.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace trigloop::tune {

/// A member of an object: its name decoded, its value as JSON text.
struct JsonMember {
  std::string name;
  std::string_view value;
};

/// Whether `text` is one JSON value, with nothing but spaces around it, nested no deeper than 64.
bool is_json(std::string_view text);

/// The members of an object, in their order; nothing, if `text` is no JSON object.
std::optional<std::vector<JsonMember>> json_members(std::string_view text);
/// The elements of an array.
std::optional<std::vector<std::string_view>> json_elements(std::string_view text);
/// A string without its quotes and escapes; a lone surrogate becomes U+FFFD.
std::optional<std::string> json_string(std::string_view text);
std::optional<double> json_number(std::string_view text);
std::optional<std::int64_t> json_integer(std::string_view text);

/// A number as Python reads it back, also NaN and infinities.
std::string json_text(double number);

}  // namespace trigloop::tune
