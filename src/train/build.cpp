#include "train/build.hpp"

#include <cmath>

#include "train/layers.hpp"
#include "train/losses.hpp"

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

namespace {

TensorId tensor_at(const Stage& stage, const core::Section& item, const std::string& key,
                   std::optional<std::string> fallback = {}) {
  try {
    return stage.tensor(item.text(key, std::move(fallback)));
  } catch (core::Error& e) {
    if (!e.file_name().empty()) throw;
    throw item.error(key, e.reason()).remedy(e.advice());
  }
}

Quantiser activation_of(const core::Section& item, const LayerQuantisers& quantisers) {
  const std::string kind = item.choice("activation", {"none", "relu", "quantised_relu"}, "none");
  if (kind == "none") return {};
  return kind == "relu" ? Quantiser{Quantiser::Kind::relu} : quantisers.activation;
}

/// Dense layers one behind the other; all but the last (the last too, if `last` is activated) have the activation.
void add_dense(Stage& stage, const core::Section& item, const Scope& scope, const LayerQuantisers& quantisers) {
  const std::string name = item.text("dense");
  const Numbers nodes = numbers_at(item, "nodes", scope);
  const bool quantised = item.flag("quantised", false), norm = item.flag("norm", false);
  const bool last = item.choice("last", {"linear", "activated"}, "linear") == "activated";
  const Quantiser activation = activation_of(item, quantisers);
  TensorId x = tensor_at(stage, item, "from", "input");
  for (std::size_t k = 0; k < nodes.size(); ++k) {
    if (!(nodes[k] >= 1 && nodes[k] <= 4096) || nodes[k] != std::floor(nodes[k]))
      throw item.error("nodes", "must be integers from 1 to 4096");
    const std::string layer = name + "_" + std::to_string(k);
    Dense::Options options{stage.network.features(x), static_cast<std::size_t>(nodes[k]), {}, {}};
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

void add_layers(Stage& stage, const core::Section& item, const Scope& scope, const LayerQuantisers& quantisers) {
  if (item.has("dense")) {
    add_dense(stage, item, scope, quantisers);
  } else if (item.has("sample")) {
    add_sample(stage, item);
  } else {
    throw item.error("", "is no layer; known: dense, sample");
  }
  item.refuse_unknown();
}

namespace {

std::vector<MomentumReconstruction::Object> objects_of(const core::Section& item, const Geometry& g) {
  std::vector<MomentumReconstruction::Object> objects;
  if (g.eta_unit.size() * 3 != g.scale.size()) throw item.error("", "needs events of objects with pt, eta and phi");
  for (std::size_t j = 0; j < g.eta_unit.size(); ++j) {
    objects.push_back({static_cast<float>(g.scale[3 * j]), static_cast<float>(g.bias[3 * j]),
                       static_cast<float>(g.scale[3 * j + 1] * g.eta_unit[j]),
                       static_cast<float>(g.bias[3 * j + 1] * g.eta_unit[j])});
  }
  return objects;
}

}  // namespace

void add_loss(Stage& stage, const core::Section& item, const Scope& scope, const Geometry& geometry) {
  Network& net = stage.network;
  const double weight = number_at(item, "weight", scope, 1.0);
  const auto named = [&](const char* otherwise) { return item.text("name", otherwise); };
  const auto paired = [&](const std::string& key, auto make) {
    const TensorId x = tensor_at(stage, item, key);
    const TensorId target = tensor_at(stage, item, "target");
    if (net.features(x) != net.features(target)) throw item.error("target", "has another number of features");
    net.add(make(net.features(x)), {x, target});
  };
  if (item.has("vicreg")) {
    const TensorId z = tensor_at(stage, item, "vicreg");
    if (stage.views != 2) throw item.error("vicreg", "needs `views: 2`");
    const Vicreg::Weights weights{weight * number_at(item, "invariance", scope),
                                  weight * number_at(item, "spread", scope),
                                  weight * number_at(item, "covariance", scope)};
    net.add(std::make_unique<Vicreg>(named("vicreg"), net.features(z), weights), {z});
  } else if (item.has("squared")) {
    paired("squared", [&](std::size_t n) {
      return std::make_unique<Reconstruction>(named("squared"), Reconstruction::Kind::squared, n, weight);
    });
  } else if (item.has("absolute")) {
    paired("absolute", [&](std::size_t n) {
      return std::make_unique<Reconstruction>(named("absolute"), Reconstruction::Kind::absolute, n, weight);
    });
  } else if (item.has("momentum")) {
    paired("momentum", [&](std::size_t n) {
      auto node = std::make_unique<MomentumReconstruction>(named("momentum"), objects_of(item, geometry), weight);
      if (node->features != n) throw item.error("momentum", "is not of the data's features");
      return node;
    });
  } else if (item.has("cross_entropy")) {
    paired("cross_entropy",
           [&](std::size_t n) { return std::make_unique<CrossEntropy>(named("cross_entropy"), n, weight); });
  } else if (item.has("divergence")) {
    const TensorId mean = tensor_at(stage, item, "divergence"), l = tensor_at(stage, item, "log_variance");
    net.add(std::make_unique<Divergence>(named("divergence"), net.features(mean), weight), {mean, l});
  } else {
    throw item.error("", "is no loss; known: vicreg, squared, absolute, momentum, cross_entropy, divergence");
  }
  item.refuse_unknown();
}

}  // namespace trigloop::train
