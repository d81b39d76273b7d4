#include "tune/storage/json_scan.hpp"

#include <charconv>
#include <cmath>
#include <limits>

namespace trigloop::tune {
namespace {

constexpr int deepest = 64;

/// Walks over values; `at` is npos after a fault.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  bool good() const { return good_; }
  bool at_end() {
    skip_space();
    return at_ == text_.size();
  }
  bool take(char c) {
    skip_space();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  void need(char c) {
    if (!take(c)) good_ = false;
  }
  /// Over one value; its text.
  std::string_view value(int depth = 0) {
    skip_space();
    const std::size_t begin = at_;
    if (at_ >= text_.size() || depth > deepest) {
      good_ = false;
    } else if (text_[at_] == '{') {
      list('}', depth, true);
    } else if (text_[at_] == '[') {
      list(']', depth, false);
    } else if (text_[at_] == '"') {
      string();
    } else {
      word();
    }
    return good_ ? text_.substr(begin, at_ - begin) : std::string_view();
  }
  std::string_view string() {
    skip_space();
    const std::size_t begin = at_;
    if (at_ >= text_.size() || text_[at_] != '"') good_ = false;
    for (++at_; good_; ++at_) {
      if (at_ >= text_.size() || static_cast<unsigned char>(text_[at_]) < 0x20) {
        good_ = false;
      } else if (text_[at_] == '\\') {
        ++at_;
      } else if (text_[at_] == '"') {
        ++at_;
        return text_.substr(begin, at_ - begin);
      }
    }
    return {};
  }

 private:
  void skip_space() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\r' || text_[at_] == '\n'))
      ++at_;
  }
  void list(char end, int depth, bool named) {
    ++at_;
    if (take(end)) return;
    do {
      if (named) {
        string();
        need(':');
      }
      value(depth + 1);
    } while (good_ && take(','));
    need(end);
  }
  void word() {
    const std::size_t begin = at_;
    while (at_ < text_.size() && std::string_view(",:]} \t\r\n").find(text_[at_]) == std::string_view::npos) ++at_;
    const std::string_view found = text_.substr(begin, at_ - begin);
    if (found != "true" && found != "false" && found != "null" && !json_number(found)) good_ = false;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  bool good_ = true;
};

std::optional<unsigned> hex4(std::string_view text, std::size_t at) {
  unsigned value = 0;
  if (at + 4 > text.size()) return {};
  const char* const end = text.data() + at + 4;
  if (std::from_chars(text.data() + at, end, value, 16).ptr != end) return {};
  return value;
}

void put_utf8(std::string& out, unsigned code) {
  const auto byte = [&](unsigned b) { out += static_cast<char>(b); };
  if (code < 0x80) return byte(code);
  if (code < 0x800) {
    byte(0xC0 | (code >> 6));
  } else {
    if (code < 0x10000) {
      byte(0xE0 | (code >> 12));
    } else {
      byte(0xF0 | (code >> 18));
      byte(0x80 | ((code >> 12) & 63));
    }
    byte(0x80 | ((code >> 6) & 63));
  }
  byte(0x80 | (code & 63));
}

/// The character of the \u at `at` (behind the u), which moves to its last digit.
std::optional<unsigned> unicode(std::string_view text, std::size_t& at) {
  const auto first = hex4(text, at);
  if (!first) return {};
  at += 3;
  if (*first < 0xD800 || *first > 0xDFFF) return first;
  if (*first < 0xDC00 && text.substr(at + 1, 2) == "\\u") {
    const auto second = hex4(text, at + 3);
    if (second && *second >= 0xDC00 && *second <= 0xDFFF) {
      at += 6;
      return 0x10000 + ((*first - 0xD800) << 10) + (*second - 0xDC00);
    }
  }
  return 0xFFFD;
}

}  // namespace

bool is_json(std::string_view text) {
  Scanner scan(text);
  scan.value();
  return scan.good() && scan.at_end();
}

std::optional<std::vector<JsonMember>> json_members(std::string_view text) {
  Scanner scan(text);
  std::vector<JsonMember> members;
  scan.need('{');
  if (!scan.good()) return {};
  if (!scan.take('}')) {
    do {
      const auto name = json_string(scan.string());
      if (!name) return {};
      scan.need(':');
      members.push_back({*name, scan.value()});
    } while (scan.good() && scan.take(','));
    scan.need('}');
  }
  if (!scan.good() || !scan.at_end()) return {};
  return members;
}

std::optional<std::vector<std::string_view>> json_elements(std::string_view text) {
  Scanner scan(text);
  std::vector<std::string_view> elements;
  scan.need('[');
  if (!scan.good()) return {};
  if (!scan.take(']')) {
    do elements.push_back(scan.value());
    while (scan.good() && scan.take(','));
    scan.need(']');
  }
  if (!scan.good() || !scan.at_end()) return {};
  return elements;
}

std::optional<std::string> json_string(std::string_view text) {
  if (text.size() < 2 || text.front() != '"' || text.back() != '"') return {};
  text = text.substr(1, text.size() - 2);
  constexpr std::string_view codes = "\"\\/bfnrt", meant = "\"\\/\b\f\n\r\t";
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      out += text[i];
    } else if (++i < text.size() && text[i] == 'u') {
      const auto code = unicode(text, ++i);
      if (!code) return {};
      put_utf8(out, *code);
    } else {
      const std::size_t which = i < text.size() ? codes.find(text[i]) : codes.npos;
      if (which == codes.npos) return {};
      out += meant[which];
    }
  }
  return out;
}

std::optional<double> json_number(std::string_view text) {
  if (text == "NaN") return std::numeric_limits<double>::quiet_NaN();
  if (text == "Infinity") return std::numeric_limits<double>::infinity();
  if (text == "-Infinity") return -std::numeric_limits<double>::infinity();
  if (text.empty() || (text[0] != '-' && (text[0] < '0' || text[0] > '9'))) return {};
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end != text.data() + text.size() || !std::isfinite(value)) return {};
  if (error == std::errc::result_out_of_range) return {};
  return value;
}

std::optional<std::int64_t> json_integer(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || end != text.data() + text.size() || error != std::errc{}) return {};
  return value;
}

std::string json_text(double number) {
  if (std::isnan(number)) return "NaN";
  if (std::isinf(number)) return number > 0 ? "Infinity" : "-Infinity";
  char text[40];
  std::string digits(text, std::to_chars(text, text + sizeof(text), number).ptr);
  // A float stays a float when Python reads it.
  if (digits.find_first_of(".e") == digits.npos) digits += ".0";
  return digits;
}

}  // namespace trigloop::tune
