#pragma once
// Types of layers. Four places may say them, and the later goes before the earlier: the recipe's `quantisers`, for all
// layers; a stack's own `kernel`, `bias` and `activation_bits`; `widths` of a stack, a map for each of its layers; and
// the configuration's `layer_bits`, which changes a layer STAGE.LAYER of any recipe without touching it.
#include <set>

#include "config/value.hpp"
#include "core/yaml.hpp"
#include "train/formula/expression.hpp"
#include "train/kernels/quantiser.hpp"

namespace trigloop::train {

struct LayerQuantisers {
  Quantiser kernel, bias, activation;
};

/// [bits, integer bits] at a key. Error: usage.
std::pair<int, int> bits_at(const core::Section& section, const std::string& key, const Scope& scope);

class Widths {
 public:
  Widths() = default;
  /// Reads `kernel`, `bias` and `activation` of the recipe's section. `layers` is the configuration's map, or null.
  Widths(const core::Section& quantisers, const Scope& scope, const config::Value* layers);

  /// Of layer `index` of a stack with `count` layers; `name` is STAGE.LAYER. Errors: usage.
  LayerQuantisers of(const core::Section& stack, const Scope& scope, std::size_t index, std::size_t count,
                     const std::string& name);
  /// Error: usage, if the configuration names a layer that was never asked for.
  void refuse_unused() const;

 private:
  LayerQuantisers all_;
  const config::Value* layers_ = nullptr;
  std::set<std::string> used_, known_;
};

}  // namespace trigloop::train
