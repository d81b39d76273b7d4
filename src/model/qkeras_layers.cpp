#include "model/qkeras_layers.hpp"

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "core/text.hpp"

namespace trigloop::model::qkeras_file {
namespace {

using core::Error;
using core::ErrorCode;
using Inputs = std::span<const Value>;
using Handler = Value (*)(Builder&, const Layer&, Inputs);

/// A weight of one value a feature, quantised.
Value feature_weight(const Layer& layer, const std::string& name, std::size_t features) {
  std::vector<Dyadic> values = quantised_weight(layer, name);
  if (values.size() != features) throw Error(ErrorCode::damaged, "weight '" + name + "' does not fit");
  return Builder::constant({static_cast<std::int64_t>(features)}, std::move(values));
}

Value activated(Builder& build, const Layer& layer, const Value& x) {
  const auto settings = quantiser_settings(layer.settings, "activation");
  if (!settings || settings->kind == "linear") return x;
  build.set_label(layer.settings.kind == "QDense" || layer.settings.kind == "Dense" ? layer.name + ".activation"
                                                                                    : layer.name);
  if (settings->kind == "relu") return build.relu(x);
  if (!settings->kind.starts_with("quantized_"))
    refuse("has the activation " + settings->kind, "quantized_relu(10,6), or linear");
  const Quantiser quantiser = quantiser_of(*settings);
  if (quantiser.scales_columns) refuse("scales by the values of each batch (alpha 'auto_po2')", "alpha = 1");
  const Value y = build.quantise(x, {quantiser.type});
  return quantiser.scale == 0 ? y : build.multiply(y, Builder::constant(Dyadic(1, quantiser.scale)));
}

Value activation(Builder& build, const Layer& layer, Inputs in) { return activated(build, layer, in[0]); }

Value rectified(Builder& build, const Layer& layer, Inputs in) {
  for (const char* option : {"max_value", "negative_slope", "threshold"}) {
    if (layer.settings.number(option, 0) != 0) refuse(std::string("has ") + option, "quantized_relu(bits, integer)");
  }
  return build.relu(in[0]);
}

Value dense(Builder& build, const Layer& layer, Inputs in) {
  const std::vector<Dyadic> kernel = quantised_weight(layer, "kernel");
  const Shape& shape = layer.weights.find("kernel")->second.shape;
  const std::size_t inputs = count_of(in[0].shape);
  if (in[0].shape.size() != 1) refuse("takes more than a vector", "Flatten in front of it");
  if (shape.size() != 2 || shape[0] != in[0].shape[0] || kernel.size() != count_of(shape))
    throw Error(ErrorCode::damaged, "its kernel does not fit");
  const auto outputs = static_cast<std::size_t>(shape[1]);
  std::vector<Dyadic> weights(kernel.size());
  for (std::size_t i = 0; i < inputs; ++i) {
    for (std::size_t o = 0; o < outputs; ++o) weights[o * inputs + i] = kernel[i * outputs + o];
  }
  const bool has_bias = layer.settings.number("use_bias", 1) != 0;
  build.set_label(has_bias ? layer.name + ".product" : layer.name);
  Value y = build.dense(in[0], weights, outputs, {shape[1]});
  build.set_label(layer.name);
  if (has_bias) y = build.add(y, feature_weight(layer, "bias", outputs));
  return activated(build, layer, y);
}

/// y = (x - mean) * gamma / sqrt(variance + epsilon) + beta, where that factor is exact.
Value batch_normalisation(Builder& build, const Layer& layer, Inputs in) {
  const std::size_t features = count_of(in[0].shape);
  const auto optional = [&](const char* flag, const char* name, Dyadic otherwise) {
    if (layer.settings.number(flag, 1) != 0) return feature_weight(layer, name, features);
    return Builder::constant(in[0].shape, std::vector<Dyadic>(features, otherwise));
  };
  const Dyadic epsilon = Dyadic::from_double(static_cast<float>(layer.settings.number("epsilon", 1e-3)));
  Value factor = optional("scale", "gamma", Dyadic(1));
  const auto variance = layer.weights.find("moving_variance");
  if (variance == layer.weights.end() || variance->second.values.size() != features)
    throw Error(ErrorCode::damaged, "weight 'moving_variance' does not fit");
  for (std::size_t i = 0; i < features; ++i) {
    const auto deviation = (Dyadic::from_double(variance->second.values[i]) + epsilon).square_root();
    const auto exact = deviation ? factor.constants[i].divided_by(*deviation) : std::nullopt;
    if (!exact) {
      refuse("gamma / sqrt(variance + epsilon) has no exact binary form",
             "the normalisation folded into the QDense in front of it before its weights are quantised");
    }
    factor.constants[i] = *exact;
  }
  const Value centred = build.subtract(in[0], feature_weight(layer, "moving_mean", features));
  return build.add(build.multiply(centred, factor), optional("center", "beta", Dyadic()));
}

Value identity(Builder&, const Layer&, Inputs in) { return in[0]; }

Value flatten(Builder&, const Layer&, Inputs in) {
  Value x = in[0];
  x.shape = {static_cast<std::int64_t>(count_of(x.shape))};
  return x;
}

void check_pair(Inputs in) {
  if (in.size() != 2) refuse("takes " + std::to_string(in.size()) + " inputs", "two, one layer after the other");
  if (in[0].shape != in[1].shape) throw Error(ErrorCode::damaged, "its inputs differ in shape");
}

Value add(Builder& build, const Layer&, Inputs in) {
  check_pair(in);
  return build.add(in[0], in[1]);
}
Value subtract(Builder& build, const Layer&, Inputs in) {
  check_pair(in);
  return build.subtract(in[0], in[1]);
}
Value multiply(Builder& build, const Layer&, Inputs in) {
  check_pair(in);
  return build.multiply(in[0], in[1]);
}

Value dot(Builder& build, const Layer& layer, Inputs in) {
  check_pair(in);
  std::vector<double> axes{layer.settings.number("axes", 1)};
  if (const auto list = layer.settings.lists.find("axes"); list != layer.settings.lists.end()) axes = list->second;
  if (in[0].shape.size() != 1 || !std::ranges::all_of(axes, [](double a) { return a == 1 || a == -1; }))
    refuse("multiplies more than two vectors", "Dot(axes=1) of two vectors");
  if (layer.settings.number("normalize", 0) != 0) refuse("normalises (a cosine)", "Dot(axes=1, normalize=False)");
  build.set_label(layer.name + ".products");
  const Value products = build.multiply(in[0], in[1]);
  build.set_label(layer.name);
  return build.sum(products, count_of(in[0].shape), {1});
}

Value concatenate(Builder& build, const Layer& layer, Inputs in) {
  const double axis = layer.settings.number("axis", -1);
  std::vector<std::uint32_t> index;
  for (const Value& part : in) {
    if (part.shape.size() != 1 || (axis != -1 && axis != 1))
      refuse("joins more than vectors", "Flatten in front of it");
    for (std::size_t i = count_of(part.shape); i > 0; --i) index.push_back(static_cast<std::uint32_t>(index.size()));
  }
  const Shape shape{static_cast<std::int64_t>(index.size())};
  count_of(shape);
  return build.gather(in, std::move(index), shape);
}

const std::map<std::string, Handler, std::less<>>& handlers() {
  static const std::map<std::string, Handler, std::less<>> table{{"QDense", dense},
                                                                 {"Dense", dense},
                                                                 {"QActivation", activation},
                                                                 {"Activation", activation},
                                                                 {"ReLU", rectified},
                                                                 {"BatchNormalization", batch_normalisation},
                                                                 {"Add", add},
                                                                 {"Subtract", subtract},
                                                                 {"Multiply", multiply},
                                                                 {"Dot", dot},
                                                                 {"Concatenate", concatenate},
                                                                 {"Flatten", flatten},
                                                                 {"Dropout", identity}};
  return table;
}

/// What to write instead of well-known layers without an exact form.
std::string nearest_form(const std::string& kind) {
  static const std::map<std::string, std::string, std::less<>> forms{
      {"QBatchNormalization", "BatchNormalization folded into the QDense in front of it"},
      {"QDenseBatchnorm", "QDense with the folded kernel and bias"},
      {"LayerNormalization", "BatchNormalization folded into the QDense in front of it"},
      {"Lambda", "the layers Subtract, Multiply and Dot"},
      {"TFOpLambda", "the layers Subtract, Multiply and Dot"},
      {"SlicingOpLambda", "QDense with a kernel that picks features"},
      {"LeakyReLU", "QActivation('quantized_relu(10,6)')"},
      {"Softmax", "the values before it"},
      {"QAdaptiveActivation", "QActivation"},
      {"QConv1D", "QDense with the unrolled kernel"},
      {"QConv2D", "QDense with the unrolled kernel"}};
  const auto found = forms.find(kind);
  if (found != forms.end()) return found->second;
  std::vector<std::string> known;
  for (const auto& [name, handler] : handlers()) known.push_back(name);
  const std::string near = core::nearest(kind, known);
  return near.empty() ? "QDense, QActivation, Add, Subtract, Multiply, Dot and Concatenate" : near;
}

}  // namespace

void check_known(const Layer& layer) {
  const std::string& kind = layer.settings.kind;
  if (!handlers().contains(kind)) refuse("is a layer '" + kind + "'", nearest_form(kind));
}

Value run_layer(Builder& build, const Layer& layer, Inputs inputs) {
  check_known(layer);
  if (inputs.empty()) throw Error(ErrorCode::damaged, "has no input");
  build.set_label(layer.name);
  return handlers().find(layer.settings.kind)->second(build, layer, inputs);
}

}  // namespace trigloop::model::qkeras_file
