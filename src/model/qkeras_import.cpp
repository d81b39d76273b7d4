// The wiring: from the score back to the input, each call of a layer once; nested models as if they were written out.
#include "model/qkeras_import.hpp"

#include <algorithm>
#include <set>

#include "core/error.hpp"
#include "model/normalisation.hpp"
#include "model/qkeras_layers.hpp"
#include "model/simplify.hpp"

namespace trigloop::model {
namespace qkeras_file {
namespace {

using core::Error;
using core::ErrorCode;

/// Models within models multiply: what a small file unfolds to is limited.
constexpr std::size_t max_calls = 2000, max_values = 1u << 22;

constexpr FixedPoint hardware_integer{16, 16, true, core::Rounding::half_even, core::Overflow::saturate};

/// A call of a model: what goes in, and what its layers gave so far.
struct Scope {
  const Layer& model;
  std::vector<Value> inputs;
  std::map<TensorName, Value> done = {};
  std::set<TensorName> begun = {};
};

class Importer {
 public:
  Importer(const Layer& model, const QkerasOptions& options) : model_(model), options_(options) {}

  Graph run() {
    if (model_.inputs.size() != 1 || model_.outputs.size() != 1) {
      refuse("has " + std::to_string(model_.inputs.size()) + " inputs and " + std::to_string(model_.outputs.size()) +
                 " outputs",
             "one input of all features, one score");
    }
    Scope scope{model_, {network_input()}};
    Value score = value(scope, model_.outputs[0]);
    if (score.is_constant) throw Error(ErrorCode::mismatch, "does not use its input");
    if (!is_quantised(score.node)) {
      build_.set_label("score");
      score = build_.quantise(score, {score_type()});
    }
    Graph graph = options_.simplify ? simplify(build_.graph(), score.node) : with_output(build_.graph(), score.node);
    graph.name = model_.name.empty() ? model_.settings.text("name", "") : model_.name;
    return graph;
  }

 private:
  static const Layer& layer_of(const Layer& model, const std::string& name) {
    const auto found = std::ranges::find(model.layers, name, &Layer::name);
    if (found == model.layers.end())
      throw Error(ErrorCode::damaged, "model '" + model.name + "' has no layer '" + name + "'");
    return *found;
  }

  /// Whether a node is what a quantiser gives, its alpha included.
  bool is_quantised(NodeIndex at) const {
    const Node& node = build_.graph()[at];
    const auto* scale = std::get_if<MulConstant>(&node.operation);
    if (scale != nullptr && scale->constant.codes.size() == 1) return is_quantised(node.inputs[0]);
    return std::holds_alternative<Quantise>(node.operation);
  }

  Value network_input() {
    const Layer& layer = layer_of(model_, model_.inputs[0].layer);
    auto shape = layer.settings.lists.find("batch_input_shape");
    if (shape == layer.settings.lists.end()) shape = layer.settings.lists.find("batch_shape");
    if (shape == layer.settings.lists.end() || shape->second.size() != 2 || shape->second[1] < 1) {
      refuse("layer '" + layer.name + "' has no shape (N, features)", "Input(shape=(features,))");
    }
    const auto features = static_cast<std::size_t>(std::min(shape->second[1], 1e9));
    const Shape vector{static_cast<std::int64_t>(features)};
    count_of(vector);
    build_.set_label(layer.name);
    if (options_.normalisation.empty()) return build_.input({input_type(layer.name), features}, vector);
    const Normalisation normalisation = read_normalisation(options_.normalisation);
    return normalised(build_, build_.input({hardware_integer, features}, vector), normalisation);
  }

  /// The type in which values arrive; see qkeras_import.hpp.
  FixedPoint input_type(const std::string& name) const {
    std::vector<FixedPoint> types;
    for (const Layer& layer : model_.layers) {
      for (const auto& call : layer.calls) {
        if (std::ranges::find(call, name, &TensorName::layer) == call.end()) continue;
        types.push_back(type_into(layer));
      }
    }
    if (types.empty()) throw Error(ErrorCode::mismatch, "does not use its input");
    if (!std::ranges::all_of(types, [&](const FixedPoint& t) { return t == types[0]; })) {
      refuse("uses its input in several types", "one QActivation of quantized_bits behind the input");
    }
    return types[0];
  }

  /// The type in which a layer takes the network's input.
  static FixedPoint type_into(const Layer& layer) try {
    if (layer.settings.kind != "QActivation") return normalised_type();
    const auto settings = quantiser_settings(layer.settings, "activation");
    return settings && settings->kind == "quantized_bits" ? quantiser_of(*settings).type : normalised_type();
  } catch (Error& e) {
    e.in(place_of(layer));
    throw;
  }

  static std::string place_of(const Layer& layer) { return "layer '" + layer.name + "' (" + layer.settings.kind + ")"; }

  Value value(Scope& scope, const TensorName& name) {
    if (const auto found = scope.done.find(name); found != scope.done.end()) return found->second;
    if (!scope.begun.insert(name).second) throw Error(ErrorCode::damaged, "layer '" + name.layer + "' feeds itself");
    const Layer& layer = layer_of(scope.model, name.layer);
    try {
      return scope.done[name] = call(scope, layer, name);
    } catch (Error& e) {
      if (!is_placed_) e.in(place_of(layer));
      is_placed_ = true;
      throw;
    }
  }

  Value call(Scope& scope, const Layer& layer, const TensorName& name) {
    if (layer.settings.kind == "InputLayer") {
      const auto at = std::ranges::find(scope.model.inputs, layer.name, &TensorName::layer);
      const auto k = static_cast<std::size_t>(at - scope.model.inputs.begin());
      if (k >= scope.inputs.size()) throw Error(ErrorCode::damaged, "is no input of its model");
      return scope.inputs[k];
    }
    const bool is_model = !layer.layers.empty();
    if (!is_model) check_known(layer);
    const std::size_t k = name.call - layer.first_call;
    if (k >= layer.calls.size()) throw Error(ErrorCode::damaged, "is used without being called");
    std::vector<Value> inputs;
    for (const TensorName& input : layer.calls[k]) inputs.push_back(value(scope, input));
    if (is_model) {
      if (name.output >= layer.outputs.size()) throw Error(ErrorCode::damaged, "has too few outputs");
      Scope inner{layer, std::move(inputs)};
      return value(inner, layer.outputs[name.output]);
    }
    if (name.output != 0) refuse("has several outputs", "a layer of one");
    const Value out = run_layer(build_, layer, inputs);
    values_ += count_of(out.shape);
    if (++calls_ > max_calls || values_ > max_values)
      throw Error(ErrorCode::limit, "has more than 2000 calls of layers, or 2^22 values an event");
    return out;
  }

  const Layer& model_;
  const QkerasOptions& options_;
  Builder build_;
  std::size_t calls_ = 0, values_ = 0;
  bool is_placed_ = false;  ///< the innermost layer names an error, not those that wait for it
};

}  // namespace
}  // namespace qkeras_file

Graph import_qkeras(const std::filesystem::path& path, const QkerasOptions& options) {
  const qkeras_file::Layer model = qkeras_file::read(path);
  try {
    return qkeras_file::Importer(model, options).run();
  } catch (core::Error& e) {
    e.file(path.native());
    throw;
  }
}

}  // namespace trigloop::model
