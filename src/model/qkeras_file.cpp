#include "model/qkeras_file.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/error.hpp"
#include "io/hdf5/hdf5.hpp"

namespace trigloop::model::qkeras_file {
namespace {

using core::Error;
using core::ErrorCode;
using nlohmann::json;

constexpr std::size_t max_config_bytes = 16u << 20, max_layers = 1000, max_depth = 16;

[[noreturn]] void damaged(const std::string& reason) { throw Error(ErrorCode::damaged, reason); }

Settings settings_of(const json& config, std::string kind, std::size_t depth);

void add_setting(Settings& out, const std::string& key, const json& value, std::size_t depth) {
  const auto is_plain = [](const json& v) { return v.is_number() || v.is_null(); };
  if (value.is_boolean()) out.numbers[key] = value.get<bool>() ? 1 : 0;
  if (value.is_number()) out.numbers[key] = value.get<double>();
  if (value.is_string()) out.texts[key] = value.get<std::string>();
  if (value.is_array() && std::ranges::all_of(value, is_plain)) {
    for (const json& v : value) out.lists[key].push_back(v.is_null() ? -1 : v.get<double>());
  }
  if (value.is_object() && value.contains("class_name") && value.contains("config") && value["config"].is_object()) {
    out.nested[key] = settings_of(value["config"], value["class_name"].get<std::string>(), depth + 1);
  }
}

Settings settings_of(const json& config, std::string kind, std::size_t depth) {
  if (depth > max_depth) throw Error(ErrorCode::limit, "settings nest deeper than 16");
  Settings out;
  out.kind = std::move(kind);
  for (const auto& [key, value] : config.items()) {
    if (key != "layers") add_setting(out, key, value, depth);
  }
  return out;
}

/// ["layer", call, output] or ["layer", call, output, {arguments}].
TensorName tensor_of(const json& j) {
  return {j.at(0).get<std::string>(), j.at(1).get<std::size_t>(), j.at(2).get<std::size_t>()};
}

/// A list of tensors; a model of one is also written without the list around it.
std::vector<TensorName> tensors_of(const json& list) {
  if (!list.is_array()) damaged("a list of tensors is none");
  if (!list.empty() && list[0].is_string()) return {tensor_of(list)};
  std::vector<TensorName> out;
  for (const json& j : list) out.push_back(tensor_of(j));
  return out;
}

class Reader {
 public:
  explicit Reader(const std::filesystem::path& path) : path_(path), source_(io::hdf5::open(path)) {}

  Layer model() {
    const auto config = io::hdf5::read_attribute(path_, "", "model_config");
    if (!config) {
      throw Error(ErrorCode::unsupported, "is an HDF5 file without a Keras model (no attribute 'model_config')")
          .remedy("Give what Keras' model.save('name.h5') writes, the training package's build.h5 for example");
    }
    if (config->size() > max_config_bytes) throw Error(ErrorCode::limit, "has a model_config of more than 16 MiB");
    Layer model = layer_of(json::parse(*config), 0);
    if (model.layers.empty()) damaged("its model has no layers");
    for (Layer& layer : model.layers) {
      if (layer.settings.kind != "InputLayer") add_weights(layer);
    }
    return model;
  }

 private:
  Layer layer_of(const json& j, std::size_t depth) {
    if (depth > max_depth) throw Error(ErrorCode::limit, "models nest deeper than 16");
    if (++layers_ > max_layers) throw Error(ErrorCode::limit, "has more than 1000 layers");
    const json& config = j.at("config");
    Layer layer;
    layer.settings = settings_of(config, j.at("class_name").get<std::string>(), depth);
    layer.name = j.contains("name") ? j.at("name").get<std::string>() : layer.settings.text("name", "");
    if (j.contains("inbound_nodes")) layer.calls = calls_of(j.at("inbound_nodes"));
    if (!config.contains("layers")) return layer;
    for (const json& inner : config.at("layers")) layer.layers.push_back(layer_of(inner, depth + 1));
    if (layer.layers.empty()) damaged("model '" + layer.name + "' has no layers");
    layer.first_call = layer.layers[0].settings.kind == "InputLayer" ? 1 : 0;
    if (config.contains("output_layers")) {
      layer.inputs = tensors_of(config.at("input_layers"));
      layer.outputs = tensors_of(config.at("output_layers"));
    } else {
      chain(layer);
    }
    return layer;
  }

  /// Layers whose arguments are written in another way (TensorFlow operations) get no calls; importing refuses them.
  static std::vector<std::vector<TensorName>> calls_of(const json& nodes) {
    std::vector<std::vector<TensorName>> calls;
    for (const json& node : nodes) {
      if (!node.is_array() || node.empty() || !node[0].is_array()) return {};
      calls.push_back(tensors_of(node));
    }
    return calls;
  }

  /// A Sequential model: each layer takes what the one before gives.
  static void chain(Layer& model) {
    if (model.layers[0].settings.kind != "InputLayer") {
      Layer input;
      input.name = model.name + "_input";
      input.settings.kind = "InputLayer";
      input.settings.lists = model.layers[0].settings.lists;
      model.layers.insert(model.layers.begin(), std::move(input));
    }
    for (std::size_t k = 1; k < model.layers.size(); ++k) model.layers[k].calls = {{{model.layers[k - 1].name}}};
    model.inputs = {{model.layers.front().name}};
    model.outputs = {{model.layers.back().name}};
  }

  /// The group of a layer of the outermost model holds the weights of all layers within it; `weight_names` says where.
  void add_weights(Layer& layer) {
    const std::string group = "model_weights/" + layer.name;
    const auto names = io::hdf5::read_attribute_list(path_, group, "weight_names");
    for (const std::string& name : names.value_or(std::vector<std::string>{})) {
      const std::filesystem::path place = std::filesystem::path(group) / name;
      const std::string table = place.parent_path(), column = place.filename();
      const std::string owner = place.parent_path().filename();
      Layer* target = layer.layers.empty() ? &layer : find(layer, owner);
      if (target == nullptr) damaged("weight '" + name + "' belongs to no layer of model '" + layer.name + "'");
      target->weights[column.substr(0, column.find(':'))] = read_weight(table, column);
    }
  }

  static Layer* find(Layer& model, const std::string& name) {
    for (Layer& layer : model.layers) {
      if (layer.layers.empty() && layer.name == name) return &layer;
      if (Layer* inner = find(layer, name)) return inner;
    }
    return nullptr;
  }

  Weight read_weight(const std::string& table, const std::string& column) const {
    const io::ColumnInfo& info = io::find_column(source_->info(), io::find_table(source_->info(), table), column);
    Weight weight;
    weight.shape.push_back(static_cast<std::int64_t>(std::min<std::uint64_t>(info.entries, 1u << 30)));
    for (const std::uint64_t n : info.shape) {
      weight.shape.push_back(static_cast<std::int64_t>(std::min<std::uint64_t>(n, 1u << 30)));
    }
    count_of(weight.shape);  // refuses what is too large
    const auto reader = source_->read({table, 0, {column}});
    event::Columns cluster;
    while (reader->next(cluster)) {
      const event::ColumnView& view = cluster.columns[0];
      event::visit(view.type, [&](auto zero) {
        for (const auto v : view.as<decltype(zero)>()) weight.values.push_back(static_cast<double>(v));
      });
    }
    return weight;
  }

  std::filesystem::path path_;
  std::unique_ptr<io::Source> source_;
  std::size_t layers_ = 0;
};

}  // namespace

double Settings::number(std::string_view name, double otherwise) const {
  const auto found = numbers.find(name);
  return found == numbers.end() ? otherwise : found->second;
}

std::string Settings::text(std::string_view name, std::string otherwise) const {
  const auto found = texts.find(name);
  if (found != texts.end()) return found->second;
  return otherwise;
}

Layer read(const std::filesystem::path& path) {
  try {
    return Reader(path).model();
  } catch (Error& e) {
    e.file(path.native());
    throw;
  } catch (const json::exception& e) {
    throw Error(ErrorCode::damaged, std::string("its model_config is broken: ") + e.what()).file(path.native());
  }
}

}  // namespace trigloop::model::qkeras_file
