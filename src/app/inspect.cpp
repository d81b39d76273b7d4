#include "app/commands.hpp"

namespace trigloop::app {

void add_inspect(CLI::App& program) { program.add_subcommand("inspect", "Show what files hold"); }

}  // namespace trigloop::app
