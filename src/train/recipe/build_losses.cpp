// The items of a stage's `loss`.
#include "train/engine/bit_operations.hpp"
#include "train/nodes/losses.hpp"
#include "train/recipe/build.hpp"

namespace trigloop::train {
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

/// A loss written out.
void add_formula(Stage& stage, const core::Section& item, const Scope& scope, const std::string& name, double weight) {
  const auto features = [&](const std::string& tensor) -> std::optional<std::size_t> {
    const auto found = stage.tensors.find(tensor);
    if (found == stage.tensors.end()) return {};
    return stage.network.features(found->second);
  };
  try {
    Formula formula(item.text("expression"), features, scope);
    if (formula.joins_views() && stage.views != 2) throw core::Error(core::ErrorCode::usage, "needs `views: 2`");
    std::vector<TensorId> inputs;
    for (const FormulaInput& input : formula.inputs()) inputs.push_back(stage.tensor(input.name));
    stage.network.add(std::make_unique<FormulaLoss>(name, std::move(formula), weight), std::move(inputs));
  } catch (core::Error& e) {
    if (!e.file_name().empty()) throw;
    throw item.error("expression", e.reason());
  }
}

/// The cost in firmware of layers whose bits are trained.
void add_cost(Stage& stage, const core::Section& item, const std::string& name, double weight) {
  std::vector<BitOperations::Costed> costed;
  for (const std::string& layer : layers_at(stage, item, "ebops")) {
    for (const auto& node : stage.network.nodes()) {
      const auto* dense = dynamic_cast<const Dense*>(node.get());
      if (dense == nullptr || dense->name != layer) continue;
      if (!dense->options().trains_bits)
        throw item.error("ebops", "names '" + layer + "', whose bits are fixed")
            .remedy("Give its stack `bits: trained`");
      costed.push_back({dense, bits_of(stage.network, dense->inputs[0], stage.input_bits)});
    }
  }
  stage.network.add(std::make_unique<BitOperations>(name, std::move(costed), weight), {});
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
  } else if (item.has("ebops")) {
    add_cost(stage, item, named("ebops"), weight);
  } else if (item.has("expression")) {
    add_formula(stage, item, scope, named("expression"), weight);
  } else {
    throw item.error("",
                     "is no loss; known: vicreg, squared, absolute, momentum, cross_entropy, divergence, "
                     "expression, ebops");
  }
  item.refuse_unknown();
}

}  // namespace trigloop::train
