#include "train/recipe/build.hpp"

#include <cmath>

#include "train/nodes/layers.hpp"

namespace trigloop::train {

Numbers numbers_at(const core::Section& section, const std::string& key, const Scope& scope) {
  try {
    return scope.evaluate(section.text(key));
  } catch (core::Error& e) {
    if (!e.file_name().empty()) throw;
    throw section.error(key, e.reason());
  }
}

double number_at(const core::Section& section, const std::string& key, const Scope& scope,
                 std::optional<double> fallback) {
  if (fallback && !section.has(key)) return *fallback;
  const Numbers value = numbers_at(section, key, scope);
  if (value.size() != 1 || !std::isfinite(value[0])) throw section.error(key, "must be one finite number");
  return value[0];
}

std::int64_t whole_at(const core::Section& section, const std::string& key, const Scope& scope, std::int64_t low,
                      std::int64_t high, std::optional<double> fallback) {
  const double value = number_at(section, key, scope, fallback);
  if (!(value >= static_cast<double>(low) && value <= static_cast<double>(high)))
    throw section.error(key, "must be from " + std::to_string(low) + " to " + std::to_string(high));
  return static_cast<std::int64_t>(value);
}

TensorId tensor_at(const Stage& stage, const core::Section& item, const std::string& key,
                   std::optional<std::string> fallback) {
  try {
    return stage.tensor(item.text(key, std::move(fallback)));
  } catch (core::Error& e) {
    if (!e.file_name().empty()) throw;
    throw item.error(key, e.reason()).remedy(e.advice());
  }
}

namespace {

constexpr std::size_t most_parameters = std::size_t{1} << 22;  // of a stage; networks here have 10^3 to 10^5

Quantiser activation_of(const std::string& kind, const LayerQuantisers& quantisers) {
  if (kind == "none") return {};
  return kind == "relu" ? Quantiser{Quantiser::Kind::relu} : quantisers.activation;
}

constexpr std::size_t object_features = 3;  // pt, eta, phi

/// Dense::Options::rising of the layer of a stack that reads `input`: of the data's features the pts alone, as no
/// direction is higher than another.
std::size_t rising_of(const Stage& stage, const core::Section& item, const Scope& scope, TensorId input) {
  std::string kind = item.choice("first_weights", {"glorot", "rising"}, "glorot");
  const config::Value* stacks = scope.find("first_weights");
  if (stacks != nullptr && stacks->kind == config::Value::Kind::map)
    if (const config::Value* own = stacks->find(stage.name + "." + item.text("dense"))) kind = own->text;
  if (kind != "rising") return 0;
  return stage.input == "data" && input == stage.feed->output ? object_features : 1;
}

/// Dense layers one behind the other; all but the last (the last too, if `last` is activated) have the activation.
void add_dense(Stage& stage, const core::Section& item, const Scope& scope, Widths& widths) {
  const std::string name = item.text("dense");
  const Numbers nodes = numbers_at(item, "nodes", scope);
  const bool quantised = item.flag("quantised", false), norm = item.flag("norm", false);
  const bool last = item.choice("last", {"linear", "activated"}, "linear") == "activated";
  const std::string kind = item.choice("activation", {"none", "relu", "quantised_relu"}, "none");
  const bool trains_bits = item.choice("bits", {"fixed", "trained"}, "fixed") == "trained";
  if (trains_bits && !quantised) throw item.error("bits", "needs `quantised: true`");
  TensorId x = tensor_at(stage, item, "from", "input");
  for (std::size_t k = 0; k < nodes.size(); ++k) {
    if (!(nodes[k] >= 1 && nodes[k] <= 4096) || nodes[k] != std::floor(nodes[k]))
      throw item.error("nodes", "must be integers from 1 to 4096");
    if (stage.network.parameters.size() + stage.network.features(x) * padded(static_cast<std::size_t>(nodes[k])) >
        most_parameters)
      throw item.error("nodes", "give the stage more than 4 million weights");
    const std::string layer = name + "_" + std::to_string(k);
    const LayerQuantisers quantisers = widths.of(item, scope, k, nodes.size(), stage.name + "." + layer);
    const Quantiser activation = activation_of(kind, quantisers);
    Dense::Options options{stage.network.features(x),       static_cast<std::size_t>(nodes[k]), {}, {}, trains_bits,
                           rising_of(stage, item, scope, x)};
    if (quantised) options.kernel = quantisers.kernel, options.bias = quantisers.bias;
    x = stage.network.add(std::make_unique<Dense>(layer, options, stage.network.parameters), {x}).output;
    const std::size_t width = stage.network.features(x);
    const bool activates = activation.kind != Quantiser::Kind::identity && (last || k + 1 < nodes.size());
    const bool fuses = norm && activates && activation.kind == Quantiser::Kind::relu;
    if (norm)
      x = stage.network.add(std::make_unique<BatchNorm>(layer + "_norm", width, fuses, stage.network.parameters), {x})
              .output;
    if (activates && !fuses)
      x = stage.network.add(std::make_unique<Activation>(layer + "_activation", width, activation), {x}).output;
  }
  stage.tensors[name] = x;
}

void add_sample(Stage& stage, const core::Section& item) {
  const std::string name = item.text("sample");
  const TensorId mean = tensor_at(stage, item, "mean"), log_variance = tensor_at(stage, item, "log_variance");
  const auto stream = static_cast<std::uint32_t>(0x200 + stage.network.nodes().size());
  auto node = std::make_unique<Sample>(name, stage.network.features(mean), stream);
  stage.tensors[name] = stage.network.add(std::move(node), {mean, log_variance}).output;
}

}  // namespace

void add_layers(Stage& stage, const core::Section& item, const Scope& scope, Widths& widths) {
  if (item.has("dense")) {
    add_dense(stage, item, scope, widths);
  } else if (item.has("sample")) {
    add_sample(stage, item);
  } else {
    throw item.error("", "is no layer; known: dense, sample");
  }
  item.refuse_unknown();
}

}  // namespace trigloop::train
