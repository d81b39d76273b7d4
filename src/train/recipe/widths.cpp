#include "train/recipe/widths.hpp"

#include "core/error.hpp"
#include "core/text.hpp"

namespace trigloop::train {
namespace {

using core::Section;

bool is_type(double bits, double integer) { return bits >= 2 && bits <= 24 && integer >= -24 && integer <= 24; }

/// What the keys of a section say, where they are there.
void read(const Section& section, const Scope& scope, const char* activation, LayerQuantisers& out) {
  const auto set = [&](const char* key, Quantiser& quantiser, auto make) {
    if (!section.has(key)) return;
    const auto [bits, integer] = bits_at(section, key, scope);
    quantiser = make(bits, integer);
  };
  set("kernel", out.kernel, Quantiser::signed_bits);
  set("bias", out.bias, Quantiser::signed_bits);
  set(activation, out.activation, Quantiser::unsigned_relu);
}

[[noreturn]] void refuse(const std::string& layer, const std::string& reason) {
  throw core::Error(core::ErrorCode::usage, "'layer_bits." + layer + "' " + reason);
}

/// The same of the configuration.
void read(const config::Value& map, const std::string& layer, LayerQuantisers& out) {
  if (map.kind != config::Value::Kind::map) refuse(layer, "must be a map of kernel, bias and activation");
  for (std::size_t k = 0; k < map.keys.size(); ++k) {
    const config::Value& value = map.items[k];
    const bool is_pair = value.kind == config::Value::Kind::list && value.items.size() == 2 &&
                         value.items[0].kind == config::Value::Kind::integer &&
                         value.items[1].kind == config::Value::Kind::integer;
    if (!is_pair || !is_type(static_cast<double>(value.items[0].integer), static_cast<double>(value.items[1].integer)))
      refuse(layer + "." + map.keys[k], "must be [bits, integer bits], 2 to 24 bits");
    const int bits = static_cast<int>(value.items[0].integer), integer = static_cast<int>(value.items[1].integer);
    if (map.keys[k] == "kernel")
      out.kernel = Quantiser::signed_bits(bits, integer);
    else if (map.keys[k] == "bias")
      out.bias = Quantiser::signed_bits(bits, integer);
    else if (map.keys[k] == "activation")
      out.activation = Quantiser::unsigned_relu(bits, integer);
    else
      refuse(layer, "has no '" + map.keys[k] + "'; known: kernel, bias, activation");
  }
}

}  // namespace

std::pair<int, int> bits_at(const Section& section, const std::string& key, const Scope& scope) {
  Numbers n;
  try {
    n = scope.evaluate(section.text(key));
  } catch (core::Error& e) {
    if (!e.file_name().empty()) throw;
    throw section.error(key, e.reason());
  }
  if (n.size() != 2 || !is_type(n[0], n[1])) throw section.error(key, "must be [bits, integer bits], 2 to 24 bits");
  return {static_cast<int>(n[0]), static_cast<int>(n[1])};
}

Widths::Widths(const Section& quantisers, const Scope& scope, const config::Value* layers) : layers_(layers) {
  for (const char* key : {"kernel", "bias", "activation"})
    if (!quantisers.has(key)) throw quantisers.error("", std::string("lacks '") + key + "'");
  read(quantisers, scope, "activation", all_);
}

LayerQuantisers Widths::of(const Section& stack, const Scope& scope, std::size_t index, std::size_t count,
                           const std::string& name) {
  LayerQuantisers out = all_;
  read(stack, scope, "activation_bits", out);
  if (stack.has("widths")) {
    const std::vector<Section> each = stack.sections("widths");
    if (each.size() != count)
      throw stack.error("widths",
                        "has " + std::to_string(each.size()) + " items for " + std::to_string(count) + " layers");
    read(each[index], scope, "activation", out);
    each[index].refuse_unknown();
  }
  known_.insert(name);
  if (layers_ == nullptr || layers_->kind != config::Value::Kind::map) return out;
  if (const config::Value* own = layers_->find(name)) read(*own, name, out), used_.insert(name);
  return out;
}

void Widths::refuse_unused() const {
  if (layers_ == nullptr || layers_->kind == config::Value::Kind::null) return;
  if (layers_->kind != config::Value::Kind::map)
    throw core::Error(core::ErrorCode::usage, "'layer_bits' must be a map from STAGE.LAYER to types");
  for (const std::string& key : layers_->keys) {
    if (used_.contains(key)) continue;
    core::Error error(core::ErrorCode::usage, "'layer_bits." + key + "' is no quantised layer of the recipe");
    const std::string near = core::nearest(key, std::vector<std::string>(known_.begin(), known_.end()));
    if (!near.empty()) error.remedy("Did you mean '" + near + "'?");
    throw error;
  }
}

}  // namespace trigloop::train
