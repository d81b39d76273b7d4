#include "bundle/keras.hpp"

#include <cmath>
#include <nlohmann/json.hpp>
#include <span>

namespace trigloop::bundle {
namespace {

using json = nlohmann::ordered_json;

constexpr const char* keras_version = "2.15.0";
constexpr const char* backend = "tensorflow";
constexpr const char* input_name = "input_1";

json object(const char* module, const char* kind, json config, json registered) {
  return {{"module", module}, {"class_name", kind}, {"config", std::move(config)}, {"registered_name", registered}};
}

json quantised_bits(const KerasQuantiser& q) {
  return object("qkeras.quantizers", "quantized_bits",
                {{"bits", q.bits},
                 {"integer", q.integer},
                 {"symmetric", 0},
                 {"alpha", 1},
                 {"keep_negative", true},
                 {"use_stochastic_rounding", false},
                 {"qnoise_factor", 1.0}},
                "quantized_bits");
}

json quantised_relu(const KerasQuantiser& q) {
  return object("qkeras.quantizers", "quantized_relu",
                {{"bits", q.bits},
                 {"integer", q.integer},
                 {"use_sigmoid", 0},
                 {"negative_slope", 0.0},
                 {"use_stochastic_rounding", false},
                 {"relu_upper_bound", nullptr},
                 {"qnoise_factor", 1.0}},
                "quantized_relu");
}

json activation(const KerasLayer& layer) {
  switch (layer.activation) {
    case KerasLayer::Activation::relu:
      return "relu";
    case KerasLayer::Activation::quantised_relu:
      return quantised_relu(layer.activation_type);
    case KerasLayer::Activation::quantised_bits:
      return quantised_bits(layer.activation_type);
    default:
      return "linear";
  }
}

/// QKeras keeps weights within the range of their quantiser.
json clip(const KerasQuantiser& q) {
  const double most = std::ldexp(1.0, q.integer);
  return object("qkeras.qlayers", "Clip", {{"min_value", -most}, {"max_value", most}}, "Clip");
}

json initialiser(const KerasQuantiser& q) {
  json uniform = object("keras.initializers", "GlorotUniform", {{"seed", nullptr}}, nullptr);
  return object("qkeras.qlayers", "QInitializer",
                {{"initializer", std::move(uniform)}, {"use_scale", true}, {"quantizer", quantised_bits(q)}},
                "QInitializer");
}

json node(const char* kind, json config, const std::string& name, const std::vector<std::string>& inputs) {
  json from = json::array();
  for (const std::string& input : inputs) from.push_back(json::array({input, 0, 0, json::object()}));
  json nodes = json::array();
  if (!inputs.empty()) nodes.push_back(std::move(from));
  return {{"class_name", kind}, {"config", std::move(config)}, {"name", name}, {"inbound_nodes", std::move(nodes)}};
}

json dense(const KerasLayer& layer, const std::string& input) {
  return node("QDense",
              {{"name", layer.name},
               {"trainable", true},
               {"dtype", "float32"},
               {"units", layer.outputs},
               {"activation", activation(layer)},
               {"use_bias", true},
               {"kernel_initializer", initialiser(layer.kernel_type)},
               {"bias_initializer", object("keras.initializers", "Zeros", json::object(), nullptr)},
               {"kernel_regularizer", nullptr},
               {"bias_regularizer", nullptr},
               {"activity_regularizer", nullptr},
               {"kernel_constraint", clip(layer.kernel_type)},
               {"bias_constraint", clip(layer.bias_type)},
               {"kernel_quantizer", quantised_bits(layer.kernel_type)},
               {"bias_quantizer", quantised_bits(layer.bias_type)},
               {"kernel_range", nullptr},
               {"bias_range", nullptr}},
              layer.name, {input});
}

/// The names of all layers, and what the last ones of the score are made of.
struct Names {
  explicit Names(const KerasModel& model) : all{input_name} {
    for (const KerasLayer& layer : model.layers) all.push_back(layer.name);
    const bool differs = model.score == KerasModel::Score::squared_distance;
    if (differs) all.push_back("subtract");
    if (model.score != KerasModel::Score::output) all.push_back("dot");
  }
  std::vector<std::string> all;
};

void append_score(const KerasModel& model, json& layers) {
  std::string squared = model.layers.back().name;
  if (model.score == KerasModel::Score::output) return;
  const json plain = {{"trainable", true}, {"dtype", "float32"}};
  if (model.score == KerasModel::Score::squared_distance) {
    layers.push_back(node("Subtract", {{"name", "subtract"}, {"trainable", true}, {"dtype", "float32"}}, "subtract",
                          {squared, model.layers[model.other].name}));
    squared = "subtract";
  }
  layers.push_back(node("Dot",
                        {{"name", "dot"}, {"trainable", true}, {"dtype", "float32"}, {"axes", 1}, {"normalize", false}},
                        "dot", {squared, squared}));
}

io::hdf5::FixedArray array(const std::string& node, const std::vector<float>& values,
                           std::vector<std::uint64_t> shape) {
  const auto bytes = std::as_bytes(std::span(values));
  return {node, event::Type::float32, std::move(shape), {bytes.begin(), bytes.end()}};
}

void add_layer(io::hdf5::Writer& writer, const std::string& group, const KerasLayer& layer) {
  const std::string below = layer.weights_below + layer.name, place = group + "/" + layer.name;
  writer.add_array(array(place + "/" + below + "/kernel:0", layer.kernel, {layer.inputs, layer.outputs}));
  writer.add_array(array(place + "/" + below + "/bias:0", layer.bias, {layer.outputs}));
  writer.set_attribute_list(place, "weight_names", {below + "/kernel:0", below + "/bias:0"});
}

void add_empty(io::hdf5::Writer& writer, const std::string& group) {
  writer.add_table({group, "", {}});
  writer.set_attribute_list(group, "weight_names", {});
}

}  // namespace

std::string keras_config(const KerasModel& model) {
  json layers = json::array();
  layers.push_back(node("InputLayer",
                        {{"batch_input_shape", {nullptr, model.layers.front().inputs}},
                         {"dtype", "float32"},
                         {"sparse", false},
                         {"ragged", false},
                         {"name", input_name}},
                        input_name, {}));
  std::string before = input_name;
  for (const KerasLayer& layer : model.layers) {
    layers.push_back(dense(layer, before));
    before = layer.name;
  }
  append_score(model, layers);
  const std::string last = Names(model).all.back();
  const auto tensor = [](const std::string& name) { return json::array({json::array({name, 0, 0})}); };
  const json whole = {{"class_name", "Functional"},
                      {"config",
                       {{"name", "model"},
                        {"trainable", true},
                        {"layers", std::move(layers)},
                        {"input_layers", tensor(input_name)},
                        {"output_layers", tensor(last)}}}};
  return whole.dump();
}

void add_weights(io::hdf5::Writer& writer, const std::string& group, const KerasModel& model) {
  for (const KerasLayer& layer : model.layers) add_layer(writer, group, layer);
  const Names names(model);
  for (const std::string& name : names.all) {
    if (name == input_name || name == "subtract" || name == "dot") add_empty(writer, group + "/" + name);
  }
  add_empty(writer, group + "/top_level_model_weights");
  writer.set_attribute_list(group, "layer_names", names.all);
  writer.set_attribute(group, "backend", backend);
  writer.set_attribute(group, "keras_version", keras_version);
}

void write_build(const std::filesystem::path& path, const KerasModel& model) {
  io::hdf5::Writer writer(path);
  add_weights(writer, "model_weights", model);
  writer.set_attribute("", "model_config", keras_config(model));
  writer.set_attribute("", "backend", backend);
  writer.set_attribute("", "keras_version", keras_version);
  writer.commit();
}

}  // namespace trigloop::bundle
