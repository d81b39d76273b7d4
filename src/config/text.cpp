// Values as text: JSON as Python writes it, and YAML.
#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstdlib>

#include "config/value.hpp"

namespace trigloop::config {
namespace {

using Kind = Value::Kind;

/// Python's repr of a float: the shortest digits that give it back, with an exponent below 1e-4 and from 1e16 on.
std::string repr(double value) {
  char buffer[40];
  const auto end = std::to_chars(buffer, buffer + sizeof(buffer), value, std::chars_format::scientific).ptr;
  const std::string text(buffer, end);
  const auto e = text.find('e');
  if (e == text.npos) return text;  // inf, nan
  const int exponent = std::atoi(text.c_str() + e + 1);
  if (exponent < -4 || exponent >= 16) return text;
  const auto fixed = std::to_chars(buffer, buffer + sizeof(buffer), value, std::chars_format::fixed).ptr;
  const std::string plain(buffer, fixed);
  return plain.find('.') == plain.npos ? plain + ".0" : plain;
}

/// The code point at `at`, which moves behind it; U+FFFD for what is no UTF-8.
char32_t next_point(std::string_view text, std::size_t& at) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  const unsigned first = byte(at);
  const std::size_t length = first < 0x80 ? 1 : first >> 5 == 6 ? 2 : first >> 4 == 14 ? 3 : first >> 3 == 30 ? 4 : 0;
  char32_t point = length == 1 ? first : first & (0x7Fu >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if (byte(at + i) >> 6 != 2) return ++at, U'\uFFFD';
    point = point << 6 | (byte(at + i) & 0x3F);
  }
  constexpr char32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
  if (length == 0 || point < least[length] || point > 0x10FFFF || (point >= 0xD800 && point < 0xE000))
    return ++at, U'\uFFFD';
  at += length;
  return point;
}

/// What YAML may not hold, or reads as the end of a line.
bool is_awkward(char32_t point) {
  return point < 0x20 || (point >= 0x7F && point < 0xA0) || point == 0x2028 || point == 0x2029 || point == 0xFEFF ||
         (point >= 0xFFFD && point < 0x10000);
}

void append_escaped(std::string& out, unsigned unit) {
  char buffer[8];
  std::snprintf(buffer, sizeof(buffer), "\\u%04x", unit & 0xFFFFu);
  out += buffer;
}

std::string quoted(std::string_view text, bool ascii) {
  constexpr std::string_view special = "\"\\\n\r\t\b\f", letters = "\"\\nrtbf";
  std::string out = "\"";
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = at;
    const char32_t point = next_point(text, at);
    if (const auto found = point < 0x80 ? special.find(static_cast<char>(point)) : special.npos;
        found != special.npos) {
      out += {'\\', letters[found]};
    } else if (point < 0x10000 && (is_awkward(point) || (ascii && point > 0x7F))) {
      append_escaped(out, static_cast<unsigned>(point));
    } else if (ascii && point >= 0x10000) {
      append_escaped(out, 0xD800u + static_cast<unsigned>((point - 0x10000) >> 10));
      append_escaped(out, 0xDC00u + static_cast<unsigned>((point - 0x10000) & 0x3FF));
    } else {
      out += text.substr(begin, at - begin);
    }
  }
  return out + '"';
}

bool looks_like_a_number(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

/// A text that YAML reads back as itself without quotes, also within a list on one line.
bool is_plain(std::string_view text) {
  static constexpr std::string_view words[] = {"true", "false", "yes",  "no", "on", "off",
                                               "null", "~",     "none", "y",  "n"};
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; });
  const auto is_safe = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
           std::string_view("_./+()-").find(c) != std::string_view::npos;
  };
  return !text.empty() && text.front() != '-' && std::ranges::all_of(lower, is_safe) &&
         std::ranges::find(words, lower) == std::end(words) && !looks_like_a_number(text);
}

std::string scalar(const Value& v, bool yaml) {
  switch (v.kind) {
    case Kind::boolean:
      return v.boolean ? "true" : "false";
    case Kind::integer:
      return std::to_string(v.integer);
    case Kind::number:
      return repr(v.number);
    case Kind::text:
      return yaml && is_plain(v.text) ? v.text : quoted(v.text, !yaml);
    default:
      return "null";
  }
}

/// On one line, in the notation that JSON and YAML share.
void append_flow(std::string& out, const Value& v, bool yaml) {
  if (v.kind != Kind::list && v.kind != Kind::map) {
    out += scalar(v, yaml);
    return;
  }
  const bool map = v.kind == Kind::map;
  out += map ? '{' : '[';
  for (std::size_t i = 0; i < v.items.size(); ++i) {
    if (i > 0) out += ", ";
    if (map) out += (yaml && is_plain(v.keys[i]) ? v.keys[i] : quoted(v.keys[i], !yaml)) + ": ";
    append_flow(out, v.items[i], yaml);
  }
  out += map ? '}' : ']';
}

void append_block(std::string& out, const Value& map, std::size_t indent) {
  for (std::size_t i = 0; i < map.items.size(); ++i) {
    const Value& item = map.items[i];
    out += std::string(indent, ' ') + (is_plain(map.keys[i]) ? map.keys[i] : quoted(map.keys[i], false)) + ':';
    if (item.kind == Kind::map && !item.items.empty()) {
      out += '\n';
      append_block(out, item, indent + 2);
    } else {
      out += ' ';
      append_flow(out, item, true);
      out += '\n';
    }
  }
}

}  // namespace

bool is_utf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = at;
    if (next_point(text, at) == U'\uFFFD' && text.substr(begin, at - begin) != "\xEF\xBF\xBD") return false;
  }
  return true;
}

std::string to_json(const Value& value) {
  std::string out;
  append_flow(out, value, false);
  return out;
}

std::string to_line(const Value& value) {
  std::string out;
  append_flow(out, value, true);
  return out;
}

std::string to_yaml(const Value& value) {
  if (value.kind != Kind::map || value.items.empty()) return to_line(value) + '\n';
  std::string out;
  append_block(out, value, 0);
  return out;
}

}  // namespace trigloop::config
