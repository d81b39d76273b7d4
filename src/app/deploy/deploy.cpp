// trigloop deploy: what a trigger team installs, from one model. The sub-commands have files of their own.
#include "app/deploy/deploy.hpp"

#include "app/commands.hpp"

namespace trigloop::app {

void add_deploy(CLI::App& program) {
  CLI::App* deploy = program.add_subcommand("deploy", "Make firmware and libraries of a network, with equal integers");
  deploy->require_subcommand(0, 1);
  deploy->footer(
      R"(Without a sub-command: all products of a model, and the proof that they give the same integers (docs/deploy.md).

Examples:
  trigloop deploy --model axol1tl_v5.onnx --output deployed
  trigloop deploy --model build.h5 --normalisation Data.h5 --output deployed --background zerobias.h5 --key me.pem
  trigloop deploy verilog --model axol1tl_v5.onnx --output firmware --latency 2 --period 25
  trigloop deploy cpp --model axol1tl_v5.onnx --output library)");
  add_deploy_verilog(*deploy);
  add_deploy_reports(*deploy);
  add_deploy_products(*deploy);
  add_deploy_proof(*deploy);
  add_deploy_check(*deploy);
  add_deploy_scan(*deploy);
}

}  // namespace trigloop::app
