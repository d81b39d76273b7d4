// trigloop deploy: what a trigger team installs, from one model. The sub-commands have files of their own.
#include "app/deploy.hpp"

#include "app/commands.hpp"

namespace trigloop::app {

void add_deploy(CLI::App& program) {
  CLI::App* deploy = program.add_subcommand("deploy", "Make firmware and libraries of a network, with equal integers");
  deploy->require_subcommand(1);
  deploy->footer(
      "Examples:\n  trigloop deploy verilog --model axol1tl_v5.onnx --output firmware --latency 2 --period 25");
  add_deploy_verilog(*deploy);
  add_deploy_reports(*deploy);
}

}  // namespace trigloop::app
