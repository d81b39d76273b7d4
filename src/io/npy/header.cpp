#include "io/npy/header.hpp"

#include <charconv>
#include <optional>

#include "core/bytes.hpp"
#include "core/error.hpp"
#include "io/array/numpy_type.hpp"

namespace trigloop::io::npy {
namespace {

/// Reads the one dictionary that headers hold: {'descr': ..., 'fortran_order': ..., 'shape': (...), }.
class Dictionary {
 public:
  Dictionary(std::string_view text, std::uint64_t offset) : text_(text), offset_(offset) {}

  Header parse() {
    expect('{');
    while (!accept('}')) {
      const std::string_view key = string();
      expect(':');
      value(key);
      if (!accept(',')) {
        expect('}');
        break;
      }
    }
    blanks();
    if (at_ != text_.size()) fail("has text after its dictionary");
    if (!descr_ || !fortran_ || !shape_) fail("lacks descr, fortran_order or shape");
    Header header;
    header.descr = *descr_;
    header.order = *fortran_ ? array::Order::fortran : array::Order::c;
    header.shape = *shape_;
    return header;
  }

 private:
  void value(std::string_view key) {
    if (key == "descr" && !descr_) {
      descr_ = peek() == '[' ? balanced() : std::string(string());
    } else if (key == "fortran_order" && !fortran_) {
      fortran_ = boolean();
    } else if (key == "shape" && !shape_) {
      shape_ = tuple();
    } else {
      fail("has an unexpected or repeated key");
    }
  }

  std::string_view string() {
    const char quote = peek();
    if (quote != '\'' && quote != '"') fail("lacks a quoted string");
    const std::size_t end = text_.find(quote, at_ + 1);
    if (end == std::string_view::npos) fail("has an unfinished string");
    const std::string_view word = text_.substr(at_ + 1, end - at_ - 1);
    if (word.find('\\') != std::string_view::npos) fail("has an escape in a string");
    at_ = end + 1;
    return word;
  }

  bool boolean() {
    blanks();
    for (const bool truth : {true, false}) {
      const std::string_view word = truth ? "True" : "False";
      if (text_.substr(at_, word.size()) == word) {
        at_ += word.size();
        return truth;
      }
    }
    fail("has a fortran_order that is neither True nor False");
  }

  std::vector<std::uint64_t> tuple() {
    std::vector<std::uint64_t> extents;
    expect('(');
    while (!accept(')')) {
      extents.push_back(integer());
      if (extents.size() > 64) fail("has more than 64 dimensions");
      if (!accept(',')) {
        expect(')');
        break;
      }
    }
    return extents;
  }

  std::uint64_t integer() {
    blanks();
    std::uint64_t n = 0;
    const auto [end, error] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), n);
    if (error != std::errc()) fail("has an extent that is no number of 64 bits");
    at_ = static_cast<std::size_t>(end - text_.data());
    if (at_ < text_.size() && text_[at_] == 'L') ++at_;  // Python 2 wrote long integers so
    return n;
  }

  /// A structured type is not read, but quoted in the message: skip to its closing bracket.
  std::string balanced() {
    const std::size_t begin = at_;
    std::size_t depth = 0;
    for (; at_ < text_.size(); ++at_) {
      if (text_[at_] == '[') ++depth;
      if (text_[at_] == ']' && --depth == 0) return std::string(text_.substr(begin, ++at_ - begin));
    }
    fail("has an unfinished list");
  }

  void blanks() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\t')) ++at_;
  }
  char peek() {
    blanks();
    if (at_ == text_.size()) fail("ends too early");
    return text_[at_];
  }
  bool accept(char c) {
    if (peek() != c) return false;
    ++at_;
    return true;
  }
  void expect(char c) {
    if (!accept(c)) fail(std::string("lacks a '") + c + "'");
  }
  [[noreturn]] void fail(const std::string& reason) const {
    throw core::Error(core::ErrorCode::damaged, "the npy header " + reason).offset(offset_ + at_);
  }

  std::string_view text_;
  std::uint64_t offset_;
  std::size_t at_ = 0;
  std::optional<std::string> descr_;
  std::optional<bool> fortran_;
  std::optional<std::vector<std::uint64_t>> shape_;
};

[[noreturn]] void fail(core::ErrorCode code, const std::string& reason, std::uint64_t offset) {
  throw core::Error(code, reason).offset(offset);
}

}  // namespace

Header parse_header(std::span<const std::byte> bytes) {
  using core::ErrorCode;
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (!text.starts_with(magic)) fail(ErrorCode::damaged, "does not begin as a .npy file", 0);
  if (text.size() < 12) fail(ErrorCode::damaged, "ends within the npy header", text.size());
  const auto version = static_cast<unsigned char>(text[6]);
  if (version < 1 || version > 3 || text[7] != 0) {
    fail(ErrorCode::unsupported, "npy format version " + std::to_string(version) + " is not known (1.0 to 3.0 are)", 6);
  }
  const std::size_t begin = version == 1 ? 10 : 12;
  const std::uint64_t length =
      version == 1 ? core::load_le<std::uint16_t>(bytes.data() + 8) : core::load_le<std::uint32_t>(bytes.data() + 8);
  if (length > max_header_bytes - begin) {
    fail(ErrorCode::limit, "has an npy header of " + std::to_string(length) + " bytes", 8);
  }
  if (length > text.size() - begin) fail(ErrorCode::damaged, "ends within the npy header", text.size());
  Header header = Dictionary(text.substr(begin, length), begin).parse();
  header.bytes = begin + length;
  return header;
}

std::string make_header(event::Type type, std::span<const std::uint64_t> shape) {
  std::string text = "{'descr': '" + array::numpy_type(type) + "', 'fortran_order': False, 'shape': (";
  for (std::size_t d = 0; d < shape.size(); ++d) text += std::to_string(shape[d]) + ",";
  text += "), }";
  // Magic, version and length take 10 bytes; a newline ends the padding.
  text.append((64 - (10 + text.size() + 1) % 64) % 64, ' ');
  text += '\n';
  std::string head(magic);
  head += {'\x01', '\0', static_cast<char>(text.size() & 0xFF), static_cast<char>(text.size() >> 8)};
  return head + text;
}

}  // namespace trigloop::io::npy
