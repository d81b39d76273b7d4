#include "train/keras.hpp"

#include <algorithm>
#include <map>

#include "train/nodes/layers.hpp"

namespace trigloop::train {
namespace {

using Layer = bundle::KerasLayer;

bool is_quantised(const Node& node) {
  const auto* dense = dynamic_cast<const Dense*>(&node);
  return dense != nullptr && dense->options().kernel.is_quantised() && dense->options().bias.is_quantised();
}

/// What a sample draws from are layers of the package's encoder, a model within its model.
bool feeds_sample(const Stage& stage, const Node& node) {
  return std::ranges::any_of(stage.network.nodes(), [&](const auto& other) {
    return dynamic_cast<const Sample*>(other.get()) != nullptr &&
           std::ranges::find(other->inputs, node.output) != other->inputs.end();
  });
}

bundle::KerasQuantiser type_of(const Quantiser& q) { return {q.bits, q.integer}; }

/// Rows of `columns` numbers out of padded ones.
std::vector<float> packed(const float* values, std::size_t rows, std::size_t columns, std::size_t stride) {
  std::vector<float> out;
  for (std::size_t r = 0; r < rows; ++r) out.insert(out.end(), values + r * stride, values + r * stride + columns);
  return out;
}

Layer layer_of(const Stage& stage, const Dense& dense, const std::string& name) {
  Layer layer;
  layer.name = name;
  layer.weights_below = feeds_sample(stage, dense) ? "variational_auto_encoder/vae__encoder/" : "";
  layer.inputs = dense.in_features;
  layer.outputs = dense.features;
  const Parameters& parameters = stage.network.parameters;
  // Where each weight has bits of its own, rounded ones are right under the widest type; the trained ones are not.
  const float* kernel = dense.options().trains_bits ? dense.quantised_kernel() : parameters.data(dense.kernel());
  layer.kernel = packed(kernel, layer.inputs, layer.outputs, padded(dense.features));
  layer.bias = packed(parameters.data(dense.bias()), 1, layer.outputs, padded(dense.features));
  layer.kernel_type = type_of(dense.options().kernel);
  layer.bias_type = type_of(dense.options().bias);
  return layer;
}

bool set_activation(const Quantiser& q, Layer& layer) {
  if (layer.activation != Layer::Activation::linear) return false;
  layer.activation_type = type_of(q);
  switch (q.kind) {
    case Quantiser::Kind::identity:
      return true;
    case Quantiser::Kind::relu:
      layer.activation = Layer::Activation::relu;
      return true;
    case Quantiser::Kind::quantised_relu:
      layer.activation = Layer::Activation::quantised_relu;
      return true;
    case Quantiser::Kind::quantised_bits:
      layer.activation = Layer::Activation::quantised_bits;
      return true;
  }
  return false;
}

/// Appends the layers that lead to a tensor of a stage, through the stages that feed it. False, if one has no form.
bool append_path(const Recipe& recipe, const Stage& stage, const std::string& tensor,
                 const std::map<const Node*, std::string>& names, std::vector<Layer>& layers) {
  if (stage.input != "data") {
    const std::size_t dot = stage.input.find('.');
    if (!append_path(recipe, recipe.stage(stage.input.substr(0, dot)), stage.input.substr(dot + 1), names, layers))
      return false;
  }
  for (const Node* node : stage.path_to(stage.tensor(tensor))) {
    if (const auto* activation = dynamic_cast<const Activation*>(node)) {
      if (layers.empty() || !set_activation(activation->quantiser(), layers.back())) return false;
      continue;
    }
    if (!is_quantised(*node)) return false;
    layers.push_back(layer_of(stage, dynamic_cast<const Dense&>(*node), names.at(node)));
  }
  return true;
}

}  // namespace

std::map<const Node*, std::string> keras_names(const Recipe& recipe) {
  std::map<const Node*, std::string> names;
  for (const auto& stage : recipe.stages) {
    for (const auto& node : stage->network.nodes()) {
      if (!is_quantised(*node)) continue;
      const std::string number = names.empty() ? "" : "_" + std::to_string(names.size());
      names.emplace(node.get(), "q_dense" + number);
    }
  }
  return names;
}

std::optional<bundle::KerasModel> keras_model(const Recipe& recipe) {
  bundle::KerasModel model;
  if (recipe.score.kind == Score::Kind::mixture) return std::nullopt;
  const auto names = keras_names(recipe);
  const Stage& stage = recipe.stage(recipe.score.stage);
  if (!append_path(recipe, stage, recipe.score.tensor, names, model.layers) || model.layers.empty())
    return std::nullopt;
  if (recipe.score.kind == Score::Kind::output) return model;
  model.score = bundle::KerasModel::Score::sum_of_squares;
  if (recipe.score.kind == Score::Kind::sum_of_squares) return model;
  model.score = bundle::KerasModel::Score::squared_distance;
  std::vector<Layer> other;
  if (!append_path(recipe, stage, recipe.score.other, names, other) || other.empty()) return std::nullopt;
  const auto place = std::ranges::find(model.layers, other.back().name, &Layer::name);
  if (place == model.layers.end()) return std::nullopt;
  model.other = static_cast<std::size_t>(place - model.layers.begin());
  return model;
}

}  // namespace trigloop::train
