#pragma once
// Subcommands of `trigloop deploy`.
#include <CLI/CLI.hpp>

namespace trigloop::app {

void add_deploy_reports(CLI::App& deploy);
void add_deploy_verilog(CLI::App& deploy);

}  // namespace trigloop::app
