#pragma once
// The commands of the program, one file each. A command adds its options to the command line and sets a callback that
// does the work by calling the libraries; it prints results on stdout, and trouble leaves it as a core::Error.
#include <CLI/CLI.hpp>

#include "core/error.hpp"

namespace trigloop::app {

/// Thrown by a command that went on after errors and has printed them all: ends the program with the first one's code.
struct ErrorsReported {
  core::ErrorCode code;
};

void add_audit(CLI::App& program);
void add_compare(CLI::App& program);
void add_conditions(CLI::App& program);
void add_config(CLI::App& program);
void add_curate(CLI::App& program);
void add_dashboard(CLI::App& program);
/// approve, reject, revoke, rollback, key.
void add_decide(CLI::App& program);
void add_deploy(CLI::App& program);
void add_evaluate(CLI::App& program);
void add_inspect(CLI::App& program);
void add_layout(CLI::App& program);
void add_loop(CLI::App& program);
void add_menu(CLI::App& program);
void add_model(CLI::App& program);
void add_ntuplise(CLI::App& program);
void add_plot(CLI::App& program);
void add_reference(CLI::App& program);
void add_registry(CLI::App& program);
void add_reservoir(CLI::App& program);
void add_report(CLI::App& program);
void add_recipe(CLI::App& program);
void add_score(CLI::App& program);
void add_scout(CLI::App& program);
void add_spectrum(CLI::App& program);
void add_simulate(CLI::App& program);
void add_tail(CLI::App& program);
void add_train(CLI::App& program);
void add_watch(CLI::App& program);

/// Subcommands of `trigloop scout`.
void add_scout_page(CLI::App& scout);
void add_scout_parity(CLI::App& scout);

}  // namespace trigloop::app
