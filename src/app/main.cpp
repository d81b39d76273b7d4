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
#include <vector>

#include "app/commands.hpp"
#include "app/tune/commands.hpp"
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

/// Commands in the order in which data flows, as `--help` lists them.
void add_commands(CLI::App& program) {
  using namespace trigloop::app;
  struct Stage {
    const char* title;
    std::vector<void (*)(CLI::App&)> commands;
  };
  const Stage stages[] = {
      {"Events", {add_inspect, add_layout, add_simulate, add_ntuplise, add_plot}},
      {"Train", {add_config, add_curate, add_recipe, add_train, add_tune}},
      {"Evaluate and report", {add_model, add_score, add_menu, add_evaluate, add_report, add_compare}},
      {"Scout the stream", {add_scout, add_spectrum, add_tail, add_reservoir}},
      {"Watch", {add_conditions, add_reference, add_watch, add_dashboard}},
      {"Deploy, and the loop", {add_deploy, add_loop, add_decide, add_audit}},
      {"Remember", {add_registry}},
  };
  for (const Stage& stage : stages) {
    const std::size_t before = program.get_subcommands(nullptr).size();
    for (const auto add : stage.commands) add(program);
    const auto all = program.get_subcommands(nullptr);
    for (std::size_t i = before; i < all.size(); ++i) all[i]->group(stage.title);
  }
}

int run(int argc, char** argv) {
  CLI::App program("trigloop: the closed loop of a machine-learning trigger", "trigloop");
  program.set_version_flag("--version", TRIGLOOP_VERSION);
  program.require_subcommand(1);
  program.footer("`trigloop COMMAND --help` shows a command's options and examples.\n\n" + exit_codes());
  add_commands(program);
  trigloop::app::refuse_unknown_words(program, argc, argv);
  if (argc == 1) {  // nobody types this knowing what to ask for
    std::cerr << program.help();
    return static_cast<int>(ErrorCode::usage);
  }
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
