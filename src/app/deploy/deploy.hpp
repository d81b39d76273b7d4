#pragma once
// Subcommands of `trigloop deploy`.
#include <CLI/CLI.hpp>

namespace trigloop::app {

void add_deploy_reports(CLI::App& deploy);
void add_deploy_verilog(CLI::App& deploy);
/// The command itself (all products, and their proof), and verify.
void add_deploy_proof(CLI::App& deploy);
void add_deploy_check(CLI::App& deploy);
void add_deploy_scan(CLI::App& deploy);
/// cpp, emulator, hls, onnx.
void add_deploy_products(CLI::App& deploy);

}  // namespace trigloop::app
