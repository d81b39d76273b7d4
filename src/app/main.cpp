// trigloop: the command line. Thin: it finds the command, maps errors to exit codes, and nothing else.
#include <cstdio>
#include <exception>
#include <iostream>
#include <new>

#include "app/commands.hpp"
#include "core/error.hpp"
#include "core/interrupt.hpp"

namespace {

using trigloop::core::Error;
using trigloop::core::ErrorCode;

int report(ErrorCode code, const std::string& text) {
  std::cerr << "trigloop: " << text << '\n';
  return static_cast<int>(code);
}

std::string exit_codes() {
  std::string text = "Exit codes:\n  0    success\n";
  for (const int code : {1, 2, 3, 4, 5, 6, 7, 8, 130}) {
    const std::string number = std::to_string(code);
    text += "  " + number + std::string(5 - number.size(), ' ') +
            std::string(trigloop::core::describe(static_cast<ErrorCode>(code))) + '\n';
  }
  return text;
}

int run(int argc, char** argv) {
  CLI::App program("trigloop: the closed loop of a machine-learning trigger", "trigloop");
  program.set_version_flag("--version", TRIGLOOP_VERSION);
  program.require_subcommand(1);
  program.footer("`trigloop COMMAND --help` shows a command's options and examples.\n\n" + exit_codes());
  trigloop::app::add_inspect(program);

  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    const int status = program.exit(e);
    return status == 0 ? 0 : static_cast<int>(ErrorCode::usage);
  }
  std::cout.flush();
  return std::cout.good() ? 0 : report(ErrorCode::output, "cannot write to standard output");
}

}  // namespace

int main(int argc, char** argv) {
  trigloop::core::catch_interrupts();
  try {
    return run(argc, argv);
  } catch (const Error& e) {
    return report(e.code(), e.what());
  } catch (const std::bad_alloc&) {
    return report(ErrorCode::limit, "out of memory");
  } catch (const std::exception& e) {
    return report(ErrorCode::internal, std::string("internal error: ") + e.what());
  }
}
