#include "io/root/packed_float.hpp"

#include <bit>
#include <cmath>
#include <cstdlib>
#include <numbers>
#include <optional>
#include <string>
#include <vector>

#include "core/bytes.hpp"

namespace trigloop::io::root {
namespace {

constexpr int float16_default_bits = 12, most_truncated_bits = 14;

/// A bound of a range: a product or quotient of numbers, "pi" and "twopi", as ROOT allows: "-pi/2", "2*pi", "100".
std::optional<double> bound_of(std::string_view text) {
  std::string word;
  for (const char c : text) {
    if (c != ' ') word += static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  }
  double value = 1;
  bool divide = false, any = false;
  const char* at = word.c_str();
  while (*at != '\0') {
    double factor = 0;
    const std::string_view rest(at);
    char* end = nullptr;
    if (!any && rest.starts_with("-") && (rest.starts_with("-pi") || rest.starts_with("-twopi"))) {
      value = -value;
      ++at;
      continue;
    }
    if (rest.starts_with("twopi")) {
      factor = 2 * std::numbers::pi;
      at += 5;
    } else if (rest.starts_with("pi")) {
      factor = std::numbers::pi;
      at += 2;
    } else {
      factor = std::strtod(at, &end);
      if (end == at) return std::nullopt;
      at = end;
    }
    value = divide ? value / factor : value * factor;
    any = true;
    divide = *at == '/';
    if (*at == '/' || *at == '*') ++at;
  }
  return any && std::isfinite(value) ? std::optional(value) : std::nullopt;
}

/// The words of the first bracket with a comma: a bracket without one is a dimension.
std::vector<std::string_view> range_words(std::string_view title) {
  for (std::size_t left = title.find('['); left != title.npos; left = title.find('[', left + 1)) {
    const std::size_t right = title.find(']', left);
    if (right == title.npos) break;
    std::string_view inside = title.substr(left + 1, right - left - 1);
    std::vector<std::string_view> words;
    for (std::size_t comma = inside.find(','); comma != inside.npos; comma = inside.find(',')) {
      words.push_back(inside.substr(0, comma));
      inside.remove_prefix(comma + 1);
    }
    words.push_back(inside);
    if (words.size() > 1) return words;
  }
  return {};
}

float truncated_value(const std::byte* at, int bits) {
  const auto exponent = std::to_integer<std::uint32_t>(at[0]);
  const std::uint32_t mantissa = core::load_be<std::uint16_t>(at + 1);
  const std::uint32_t pattern = exponent << 23 | (mantissa & ((1u << (bits + 1)) - 1)) << (23 - bits);
  const float value = std::bit_cast<float>(pattern);
  return (mantissa & (1u << (bits + 1))) != 0 ? -value : value;
}

}  // namespace

PackedFloat PackedFloat::parse(std::string_view title, bool float16) {
  PackedFloat packed;
  if (float16) {
    packed.form = Form::truncated;
    packed.mantissa_bits = float16_default_bits;
  }
  const auto words = range_words(title);
  if (words.size() < 2 || words.size() > 3) return packed;
  const auto low = bound_of(words[0]), high = bound_of(words[1]);
  if (!low || !high) return packed;
  int bits = 32;
  if (words.size() == 3) {
    bits = std::atoi(std::string(words[2]).c_str());
    if (bits < 2 || bits > 32) bits = 32;
  }
  if (*low < *high) {
    packed.form = Form::ranged;
    packed.low = *low;
    packed.high = *high;
    packed.factor = (*high - *low) / static_cast<double>(std::uint64_t{1} << bits);
  } else if (bits <= most_truncated_bits) {
    packed.form = Form::truncated;
    packed.mantissa_bits = bits;
  }
  return packed;
}

template <class T>
void PackedFloat::decode(std::span<const std::byte> stored, T* out) const {
  const std::size_t step = stored_bytes(), count = stored.size() / step;
  const std::byte* at = stored.data();
  for (std::size_t i = 0; i < count; ++i, at += step) {
    if (form == Form::truncated) {
      out[i] = static_cast<T>(truncated_value(at, mantissa_bits));
    } else if (form == Form::ranged) {
      out[i] = static_cast<T>(core::load_be<std::uint32_t>(at)) * static_cast<T>(factor) + static_cast<T>(low);
    } else {
      out[i] = static_cast<T>(core::load_be<float>(at));
    }
  }
}

template void PackedFloat::decode(std::span<const std::byte>, float*) const;
template void PackedFloat::decode(std::span<const std::byte>, double*) const;

}  // namespace trigloop::io::root
