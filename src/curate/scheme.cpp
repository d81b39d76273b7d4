#include "curate/scheme.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "core/error.hpp"
#include "core/text.hpp"

namespace trigloop::curate {
namespace {

using core::Error;
using core::ErrorCode;
using Kind = Scheme::Kind;

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

[[noreturn]] void refuse(std::string_view text, const std::string& why) {
  throw Error(ErrorCode::usage, "'" + core::escaped(text.substr(0, 100)) + "' is no scheme: " + why)
      .remedy("Write RobustScaler(5,95,-2,2), MinMax(-1,1) or Standard, each also with _pow2 behind its name");
}

/// The numbers in the brackets at the end, if there are any.
std::vector<double> arguments_of(std::string_view text) {
  const auto open = text.rfind('(');
  if (open == text.npos) return {};
  if (!text.ends_with(')')) refuse(text, "its bracket is not closed");
  std::vector<double> out;
  for (std::string_view rest = text.substr(open + 1, text.size() - open - 2);;) {
    const auto comma = std::min(rest.find(','), rest.size());
    const std::string_view word = trimmed(rest.substr(0, comma));
    double value = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
    if (error != std::errc() || end != word.data() + word.size() || !std::isfinite(value))
      refuse(text, "'" + core::escaped(word) + "' is no number");
    out.push_back(value);
    if (comma == rest.size()) return out;
    rest.remove_prefix(comma + 1);
  }
}

void take_target(Scheme& scheme, std::string_view text, double low, double high) {
  if (!(low < high)) refuse(text, "its target is empty");
  scheme.low = low;
  scheme.high = high;
}

void take_arguments(Scheme& scheme, std::string_view text, const std::vector<double>& given) {
  const std::size_t wanted = scheme.kind == Kind::robust ? 4 : scheme.kind == Kind::min_max ? 2 : 0;
  if (given.size() != wanted)
    refuse(text, "it has " + std::to_string(given.size()) + " numbers, not " + std::to_string(wanted));
  if (scheme.kind == Kind::min_max) take_target(scheme, text, given[0], given[1]);
  if (scheme.kind != Kind::robust) return;
  if (!(0 <= given[0] && given[0] < given[1] && given[1] <= 100)) refuse(text, "percentiles go from 0 to 100, upwards");
  scheme.low_percentile = given[0];
  scheme.high_percentile = given[1];
  take_target(scheme, text, given[2], given[3]);
}

struct Line {
  double scale, bias;
};

/// The line on which `low` and `high` become the scheme's.
Line through(const Scheme& s, double low, double high) {
  return {(high - low) / (s.high - s.low), (low * s.high - high * s.low) / (s.high - s.low)};
}

Line line_of(const Scheme& s, const Census& census, std::size_t feature) {
  switch (s.kind) {
    case Kind::robust:
      return through(s, census.percentile(feature, s.low_percentile), census.percentile(feature, s.high_percentile));
    case Kind::min_max:
      return through(s, census.percentile(feature, 0), census.percentile(feature, 100));
    default:
      return {census.deviation(feature), census.mean(feature)};
  }
}

/// The least power of two that is not below `value`, without a logarithm that could round.
double next_power_of_two(double value) {
  int exponent = 0;
  const double fraction = std::frexp(value, &exponent);
  return std::ldexp(1.0, fraction == 0.5 ? exponent - 1 : exponent);
}

}  // namespace

Scheme parse_scheme(std::string_view text, bool ignore_zeros, bool compat) {
  text = trimmed(text);
  Scheme scheme;
  scheme.ignore_zeros = ignore_zeros;
  const std::vector<double> given = arguments_of(text);
  if (compat) {
    take_arguments(scheme, text, given);
    return scheme;
  }
  std::string name(trimmed(text.substr(0, text.rfind('('))));
  scheme.pow2 = name.ends_with("_pow2");
  if (scheme.pow2) name.resize(name.size() - 5);
  const std::vector<std::string> names = {"RobustScaler", "MinMax", "Standard"};
  const auto at = std::ranges::find(names, name);
  if (at == names.end()) {
    const std::string near = core::nearest(name, names);
    refuse(text, near.empty() ? "there is no '" + core::escaped(name) + "'" : "did you mean '" + near + "'?");
  }
  scheme.kind = static_cast<Kind>(at - names.begin());
  take_arguments(scheme, text, given);
  return scheme;
}

bool Scaling::exact_in_float32() const noexcept {
  const auto is_power = [](double v) {
    int exponent = 0;
    return std::frexp(v, &exponent) == 0.5 && exponent > -100 && exponent < 100;
  };
  return std::ranges::all_of(scale, is_power) &&
         std::ranges::all_of(bias, [](double v) { return v == std::nearbyint(v) && std::abs(v) <= 65536; });
}

void Scaling::share(std::span<const std::size_t> of) {
  const std::vector<double> own = scale;
  for (std::size_t feature = 0; feature < scale.size(); ++feature)
    scale[feature] = own[3 * of[feature / 3] + feature % 3];
}

Scaling scaling_of(const Scheme& scheme, const Census& census) {
  Scaling out;
  for (std::size_t feature = 0; feature < census.features(); ++feature) {
    Line line{1, 0};
    if (census.present(feature / 3) == 0) {
      if (feature % 3 == 0) out.absent.push_back(feature / 3);
    } else {
      line = line_of(scheme, census, feature);
      if (line.scale == 0) line.scale = 1;
      if (scheme.pow2) line = {next_power_of_two(line.scale), std::nearbyint(line.bias)};
    }
    out.scale.push_back(line.scale);
    out.bias.push_back(line.bias);
  }
  return out;
}

}  // namespace trigloop::curate
