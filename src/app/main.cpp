// trigloop: the command line. Thin: it finds the command, maps errors to exit codes, and nothing else.
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <exception>
#include <iostream>
#include <new>
#include <string>

#include "app/commands.hpp"
#include "app/tune_commands.hpp"
#include "app/unknown_words.hpp"
#include "core/error.hpp"
#include "core/interrupt.hpp"
#include "core/memory.hpp"

namespace {

using trigloop::core::Error;
using trigloop::core::ErrorCode;

int report(ErrorCode code, const std::string& text) {
  std::cerr << "trigloop: " << text << '\n';
  return static_cast<int>(code);
}

/// A file opened while standard output is closed would get its number, and results would be printed into it. Instead,
/// printing fails, as on a full disk.
void occupy_closed_streams() {
  const char* const stand_ins[] = {"/dev/null", "/dev/full", "/dev/null"};
  for (int fd = 0; fd < 3; ++fd) {
    // open() gives the lowest free number, which is fd.
    if (::fcntl(fd, F_GETFD) == -1 && ::open(stand_ins[fd], O_RDWR) != fd) std::_Exit(1);
  }
}

bool reader_is_gone() {
  pollfd out{STDOUT_FILENO, 0, 0};
  return ::poll(&out, 1, 0) == 1 && (out.revents & POLLERR) != 0;
}

/// What was printed must have arrived. In `trigloop ... | head` a reader that has seen enough is no news for the user.
int end_of_output() {
  std::cout.flush();
  if (std::cout.good()) return 0;
  if (reader_is_gone()) return static_cast<int>(ErrorCode::output);
  return report(ErrorCode::output, "cannot write to standard output");
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
  trigloop::app::add_audit(program);
  trigloop::app::add_compare(program);
  trigloop::app::add_conditions(program);
  trigloop::app::add_config(program);
  trigloop::app::add_curate(program);
  trigloop::app::add_dashboard(program);
  trigloop::app::add_decide(program);
  trigloop::app::add_deploy(program);
  trigloop::app::add_evaluate(program);
  trigloop::app::add_inspect(program);
  trigloop::app::add_layout(program);
  trigloop::app::add_loop(program);
  trigloop::app::add_menu(program);
  trigloop::app::add_model(program);
  trigloop::app::add_ntuplise(program);
  trigloop::app::add_plot(program);
  trigloop::app::add_reference(program);
  trigloop::app::add_registry(program);
  trigloop::app::add_reservoir(program);
  trigloop::app::add_report(program);
  trigloop::app::add_recipe(program);
  trigloop::app::add_score(program);
  trigloop::app::add_scout(program);
  trigloop::app::add_spectrum(program);
  trigloop::app::add_simulate(program);
  trigloop::app::add_tail(program);
  trigloop::app::add_train(program);
  trigloop::app::add_tune(program);
  trigloop::app::add_watch(program);

  trigloop::app::refuse_unknown_words(program, argc, argv);
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    const int status = program.exit(e);
    return status == 0 ? end_of_output() : static_cast<int>(ErrorCode::usage);
  }
  return end_of_output();
}

}  // namespace

int main(int argc, char** argv) {
  occupy_closed_streams();
  std::signal(SIGPIPE, SIG_IGN);
  trigloop::core::catch_interrupts();
  trigloop::core::keep_freed_memory();
  try {
    return run(argc, argv);
  } catch (const trigloop::app::ErrorsReported& reported) {
    std::cout.flush();
    return static_cast<int>(reported.code);
  } catch (const Error& e) {
    return report(e.code(), e.what());
  } catch (const std::bad_alloc&) {
    return report(ErrorCode::limit, "out of memory");
  } catch (const std::exception& e) {
    return report(ErrorCode::internal, std::string("internal error: ") + e.what());
  }
}
