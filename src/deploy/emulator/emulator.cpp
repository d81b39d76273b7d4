#include "deploy/emulator/emulator.hpp"

#include "core/embed.hpp"
#include "core/error.hpp"
#include "deploy/cpp/conversion.hpp"
#include "deploy/network/ap_type.hpp"
#include "deploy/network/fill.hpp"

TRIGLOOP_EMBED(deploy_emulator_model, TRIGLOOP_DEPLOY_EMULATOR "/model.inc");
TRIGLOOP_EMBED(deploy_emulator_interface, TRIGLOOP_DEPLOY_EMULATOR "/interface.inc");
TRIGLOOP_EMBED(deploy_emulator_makefile, TRIGLOOP_DEPLOY_EMULATOR "/makefile.inc");

namespace trigloop::deploy {

using core::FixedPoint;

FixedPoint emulator_input(const Network& network, const EmulatorOptions& options) {
  if (options.input) return *options.input;
  return network.input_fraction == 0 ? FixedPoint{18, 13} : network.value_type();
}

FixedPoint emulator_result(const Network& network) {
  const model::Node& last = network.graph.output();
  const auto* quantise = std::get_if<model::Quantise>(&last.operation);
  return quantise != nullptr && quantise->types.size() == 1 ? quantise->types[0] : holding(last.output);
}

FixedPoint emulator_loss(const Network& network) {
  const FixedPoint result = emulator_result(network);
  if (result.is_signed && network.graph.output().output.ranges[0].lo < 0) return result;
  return {result.width, result.integer, false};
}

Files emulator_library(const Network& network, const EmulatorOptions& options) {
  if (options.pair && network.outputs() != 1)
    throw core::Error(core::ErrorCode::mismatch, "a pair of result and loss is of one score; this network has " +
                                                     std::to_string(network.outputs()))
        .remedy("Use --interface array");
  const FixedPoint input = emulator_input(network, options), result = emulator_result(network);
  Files files = cpp_library(network);
  files.erase(network.name + ".py");
  files["emulator.h"] = TRIGLOOP_EMBEDDED(deploy_emulator_interface);
  files["Makefile"] = filled(TRIGLOOP_EMBEDDED(deploy_emulator_makefile), {{"NAME", network.name}});
  files[network.name + "_emulator.cpp"] =
      filled(TRIGLOOP_EMBEDDED(deploy_emulator_model),
             {{"NAME", network.name},
              {"INPUT", ap_type(input)},
              {"INPUT_TYPE", ap_type(network.value_type())},
              {"RESULT", ap_type(result)},
              {"LOSS", ap_type(emulator_loss(network))},
              {"PAIR", options.pair ? "1" : "0"},
              {"INPUT_WIDTH", std::to_string(input.width)},
              {"INPUT_SIGNED", input.is_signed ? "true" : "false"},
              {"RESULT_WIDTH", std::to_string(result.width)},
              {"CONVERSION", conversion_body(input.fraction(), network.value_type(), "std::int64_t", 64)}});
  return files;
}

}  // namespace trigloop::deploy
