#pragma once
// The layers of Keras and QKeras that have an exact form, each as nodes of a graph.
#include <span>

#include "model/builder.hpp"
#include "model/qkeras_quantiser.hpp"

namespace trigloop::model::qkeras_file {

/// Error: unsupported, with the nearest form, if no layer of that kind can be imported.
void check_known(const Layer& layer);

/// What `layer` makes of its inputs. Errors: unsupported; damaged, if weights are missing or do not fit.
Value run_layer(Builder& build, const Layer& layer, std::span<const Value> inputs);

}  // namespace trigloop::model::qkeras_file
