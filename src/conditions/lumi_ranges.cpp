#include "conditions/lumi_ranges.hpp"

#include <charconv>
#include <limits>

#include "core/error.hpp"
#include "core/text.hpp"

namespace trigloop::conditions {
namespace {

constexpr std::uint32_t most = std::numeric_limits<std::uint32_t>::max();

/// Reads one list from `text`, front to back.
class Parser {
 public:
  explicit Parser(const std::string& text) : text_(text), at_(text.data()), end_(at_ + text.size()) {}

  void into(Certification& all) {
    auto& ranges = all.good[number()];
    if (at_ == end_) return static_cast<void>(ranges.emplace_back(0, most));
    expect(':');
    for (;;) {
      const std::uint32_t first = number();
      std::uint32_t last = first;
      if (at_ != end_ && *at_ == '-') {
        ++at_;
        last = at_ == end_ || *at_ == ',' ? most : number();
      }
      if (first > last) refuse();
      ranges.emplace_back(first, last);
      if (at_ == end_) return;
      expect(',');
    }
  }

 private:
  std::uint32_t number() {
    std::uint32_t value = 0;
    const auto [next, failed] = std::from_chars(at_, end_, value);
    if (failed != std::errc()) refuse();
    at_ = next;
    return value;
  }
  void expect(char c) {
    if (at_ == end_ || *at_ != c) refuse();
    ++at_;
  }
  [[noreturn]] void refuse() const {
    throw core::Error(core::ErrorCode::usage, "'" + core::escaped(text_) + "' names no lumisections")
        .remedy("Write them as 396102 or 396102:214-300,310");
  }

  const std::string& text_;
  const char *at_, *end_;
};

}  // namespace

Certification parse_lumisections(const std::vector<std::string>& texts) {
  Certification all;
  for (const std::string& text : texts) Parser(text).into(all);
  return all;
}

}  // namespace trigloop::conditions
