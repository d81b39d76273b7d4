#include "model/qkeras_quantiser.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "core/error.hpp"

namespace trigloop::model::qkeras_file {
namespace {

using core::Overflow;
using core::Rounding;

constexpr const char* plain_form = "quantized_bits(bits, integer, alpha=1) or quantized_relu(bits, integer)";

std::string trimmed(std::string text) {
  const auto is_edge = [](char c) { return c == ' ' || c == '\'' || c == '"'; };
  while (!text.empty() && is_edge(text.back())) text.pop_back();
  text.erase(text.begin(), std::ranges::find_if_not(text, is_edge));
  return text;
}

void set(Settings& settings, const std::string& name, const std::string& value) {
  double number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (value == "None") return;
  if (value == "True" || value == "False") {
    settings.numbers[name] = value == "True" ? 1 : 0;
  } else if (error == std::errc() && end == value.data() + value.size()) {
    settings.numbers[name] = number;
  } else {
    settings.texts[name] = value;
  }
}

/// "quantized_bits(8,5,alpha=1)": positions, then names, as QKeras reads such texts.
Settings parse(const std::string& text) {
  static const std::map<std::string, std::vector<std::string>, std::less<>> positions{
      {"quantized_bits", {"bits", "integer", "symmetric", "keep_negative", "alpha", "use_stochastic_rounding"}},
      {"quantized_relu",
       {"bits", "integer", "use_sigmoid", "negative_slope", "use_stochastic_rounding", "relu_upper_bound"}}};
  Settings settings;
  const std::size_t open = std::min(text.find('('), text.size());
  settings.kind = trimmed(text.substr(0, open));
  const auto known = positions.find(settings.kind);
  if (known == positions.end()) return settings;
  std::size_t position = 0;
  for (std::size_t at = open + 1; at < text.size();) {
    const std::size_t end = std::min(text.find_first_of(",)", at), text.size());
    const std::string word = text.substr(at, end - at);
    at = end + 1;
    const std::size_t equals = word.find('=');
    if (trimmed(word).empty()) continue;
    if (equals != std::string::npos) {
      set(settings, trimmed(word.substr(0, equals)), trimmed(word.substr(equals + 1)));
    } else if (position < known->second.size()) {
      set(settings, known->second[position++], trimmed(word));
    } else {
      refuse("quantiser '" + text + "' has too many arguments", plain_form);
    }
  }
  return settings;
}

int whole(const Settings& settings, const char* name, int otherwise, int low, int high) {
  const double value = settings.number(name, otherwise);
  if (value != std::floor(value) || value < low || value > high) {
    refuse(settings.kind + " has " + name + " = " + std::to_string(value),
           "a whole number from " + std::to_string(low) + " to " + std::to_string(high));
  }
  return static_cast<int>(value);
}

/// The options that change values, of both quantisers; all others matter in training only.
void check_options(const Settings& settings) {
  const auto must_be = [&](const char* name, double value) {
    if (settings.number(name, value) != value)
      refuse(settings.kind + " has " + name, std::string(name) + " = " + std::to_string(static_cast<int>(value)));
  };
  must_be("qnoise_factor", 1);
  must_be("use_sigmoid", 0);
  must_be("negative_slope", 0);
  must_be("relu_upper_bound", 0);
  if (settings.numbers.contains("scale_axis")) refuse(settings.kind + " has scale_axis", "scale_axis None");
}

void set_alpha(Quantiser& quantiser, const Settings& settings) {
  const std::string word = settings.text("alpha", "");
  if (word == "auto_po2") {
    if (quantiser.type.width < 2) refuse(settings.kind + " of one bit has alpha 'auto_po2'", "2 bits");
    quantiser.scales_columns = true;
    quantiser.type.overflow = Overflow::symmetric;
    return;
  }
  if (!word.empty()) {
    refuse(settings.kind + " has alpha '" + word + "'", "alpha = 'auto_po2', or alpha = 1");
  }
  const auto power = Dyadic::from_double(settings.number("alpha", 1)).log2();
  if (!power || std::abs(*power) > 32) refuse(settings.kind + " has an alpha that is no power of two", "alpha = 1");
  quantiser.scale = *power;
}

/// A column as small integers times 2^exponent.
struct ScaledColumn {
  std::vector<float> codes;
  int exponent = 0;
};

/// QKeras' search for a column's power of two, in its own float32 arithmetic: round by the present scale, then take the
/// power nearest to the least-squares scale of the rounded values. As there, the codes are those of the last rounding
/// and the scale is the one found after it.
ScaledColumn scale_column(const std::vector<float>& x, float max_code) {
  constexpr float epsilon = 1e-7F;
  const auto nearest = [](float scale) {
    return static_cast<int>(std::nearbyint(std::log(scale + epsilon) / std::log(2.0F)));
  };
  const auto n = static_cast<float>(x.size());
  float peak = 0;
  for (const float value : x) peak = std::max(peak, std::abs(value));
  if (peak > 1e9F) refuse("has a weight of " + std::to_string(peak), "weights below 10^9");
  ScaledColumn out{x, nearest(peak / max_code)};
  for (int round = 0; round < 5; ++round) {
    float products = 0, squares = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      const float code = std::min(std::floor(std::ldexp(std::abs(x[i]), -out.exponent) + 0.5F), max_code);
      out.codes[i] = std::copysign(code, x[i]);
      products += x[i] * out.codes[i];
      squares += code * code;
    }
    out.exponent = nearest(products / n / (squares / n + epsilon));
  }
  return out;
}

std::vector<Dyadic> scaled_columns(const Weight& weight, const Quantiser& quantiser, int integer) {
  if (weight.shape.size() != 2) refuse("alpha 'auto_po2' scales what is no matrix", "alpha = 1");
  const auto rows = static_cast<std::size_t>(weight.shape[0]), columns = static_cast<std::size_t>(weight.shape[1]);
  const auto max_code = std::ldexp(1.0F, quantiser.type.width - 1) - 1;
  std::vector<Dyadic> out(weight.values.size());
  for (std::size_t c = 0; c < columns; ++c) {
    std::vector<float> x;
    for (std::size_t r = 0; r < rows; ++r) {
      x.push_back(std::ldexp(static_cast<float>(weight.values[r * columns + c]), -integer));
    }
    const ScaledColumn scaled = scale_column(x, max_code);
    for (std::size_t r = 0; r < rows; ++r) {
      out[r * columns + c] = Dyadic::from_double(scaled.codes[r]) * Dyadic(1, scaled.exponent + integer);
    }
  }
  return out;
}

/// Weights that are used as they are must be of a type that hardware has.
void check_fixed_point(const std::vector<Dyadic>& values, const std::string& weight) {
  const Constants constants = to_constants(values);
  if (std::ranges::any_of(constants.codes, [](std::int64_t c) { return std::abs(c) >= 1 << 16; })) {
    refuse("has no quantiser for its float weights '" + weight + "'",
           weight + "_quantizer = quantized_bits(6,2,alpha=1)");
  }
}

}  // namespace

void refuse(const std::string& reason, const std::string& nearest) {
  throw core::Error(core::ErrorCode::unsupported, reason + ", which the exact engine cannot run")
      .remedy("The nearest form that it can: " + nearest);
}

std::optional<Settings> quantiser_settings(const Settings& layer, std::string_view name) {
  if (const auto found = layer.nested.find(name); found != layer.nested.end()) return found->second;
  const std::string text = layer.text(name, "");
  if (text.empty()) return std::nullopt;
  return parse(text);
}

Quantiser quantiser_of(const Settings& settings) {
  Quantiser quantiser;
  check_options(settings);
  const int integer = whole(settings, "integer", 0, -16, 32);
  if (settings.kind == "quantized_relu") {
    quantiser.type = {whole(settings, "bits", 8, 1, 32), integer, false, Rounding::half_even, Overflow::saturate};
  } else if (settings.kind == "quantized_bits") {
    const bool is_signed = settings.number("keep_negative", 1) != 0;
    const bool is_symmetric = is_signed && settings.number("symmetric", 0) != 0;
    quantiser.type = {whole(settings, "bits", 8, is_signed ? 2 : 1, 32), integer + (is_signed ? 1 : 0), is_signed,
                      Rounding::half_even, is_symmetric ? Overflow::symmetric : Overflow::saturate};
    set_alpha(quantiser, settings);
  } else {
    refuse("has the quantiser " + settings.kind, plain_form);
  }
  return quantiser;
}

std::vector<Dyadic> quantised_weight(const Layer& layer, const std::string& weight) {
  const auto found = layer.weights.find(weight);
  if (found == layer.weights.end()) throw core::Error(core::ErrorCode::damaged, "lacks its weight '" + weight + "'");
  std::vector<Dyadic> values;
  for (const double value : found->second.values) values.push_back(Dyadic::from_double(value));
  auto settings = quantiser_settings(layer.settings, weight + "_quantizer");
  if (!settings) {
    check_fixed_point(values, weight);
    return values;
  }
  // Kernels whose quantiser has no alpha get this one when the layer is made.
  const bool has_alpha = settings->numbers.contains("alpha") || settings->texts.contains("alpha");
  if (weight == "kernel" && settings->kind == "quantized_bits" && !has_alpha) settings->texts["alpha"] = "auto_po2";
  const Quantiser quantiser = quantiser_of(*settings);
  if (quantiser.scales_columns) {
    return scaled_columns(found->second, quantiser, static_cast<int>(settings->number("integer", 0)));
  }
  for (Dyadic& value : values) value = value.quantised(quantiser.type) * Dyadic(1, quantiser.scale);
  return values;
}

}  // namespace trigloop::model::qkeras_file
