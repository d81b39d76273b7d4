// trigloop scout status and quarantine: how a stream goes, and what it goes on without.
#include "scout/follow/status.hpp"

#include <unistd.h>

#include <chrono>
#include <ctime>
#include <iostream>
#include <memory>
#include <thread>

#include "app/commands.hpp"
#include "app/scout/commands.hpp"
#include "core/file.hpp"
#include "core/interrupt.hpp"
#include "core/text.hpp"
#include "scout/follow/quarantine.hpp"

namespace trigloop::app {
namespace {

using core::Error;
using core::ErrorCode;

struct StatusCommand {
  std::filesystem::path output;
  bool watch = false, json = false;
};

std::string status_text(const std::filesystem::path& output) {
  const std::filesystem::path path = output / "status.json";
  if (!std::filesystem::exists(path)) {
    throw Error(ErrorCode::not_found, "no stream is followed into this folder")
        .file(output.native())
        .remedy("`trigloop scout run --follow` writes it there; `trigloop scout show` prints the records of any run");
  }
  return core::read_text(path, 16u << 20);
}

void show_once(const StatusCommand& command, bool colours) {
  const std::string text = status_text(command.output);
  if (command.json) {
    std::cout << text;
    return;
  }
  try {
    std::cout << scout::show_status(scout::parse_status(text), std::time(nullptr), colours);
  } catch (Error& e) {
    e.file((command.output / "status.json").native());
    throw;
  }
}

void show_status(const StatusCommand& command) {
  const bool terminal = ::isatty(STDOUT_FILENO) == 1;
  if (!command.watch) return show_once(command, terminal);
  while (!core::interrupted() && std::cout.good()) {
    if (terminal) std::cout << "\033[H\033[2J";
    show_once(command, terminal);
    std::cout << (terminal || command.json ? "" : "\n") << std::flush;
    for (int i = 0; i < 20 && !core::interrupted(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
}

struct QuarantineCommand {
  std::filesystem::path output;
  std::vector<std::string> names;
};

std::vector<scout::QuarantineRecord> chosen(const QuarantineCommand& command) {
  if (!std::filesystem::is_directory(command.output))
    throw Error(ErrorCode::not_found, "is no folder").file(command.output.native());
  std::vector<scout::QuarantineRecord> all = scout::Quarantine(command.output).list();
  if (command.names.empty()) return all;
  std::vector<scout::QuarantineRecord> some;
  for (const std::string& name : command.names) {
    const std::size_t before = some.size();
    for (const auto& record : all)
      if (record.name == name) some.push_back(record);
    if (some.size() == before)
      throw Error(ErrorCode::not_found, "'" + name + "' is not in quarantine").file(command.output.native());
  }
  return some;
}

void list_quarantine(const QuarantineCommand& command) {
  for (const auto& record : chosen(command)) {
    std::cout << record.at << "  " << core::human_bytes(record.bytes) << "  " << core::escaped(record.message) << '\n';
    if (!record.moved_to.empty()) std::cout << "    moved to " << core::escaped(record.moved_to.native()) << '\n';
  }
}

void retry_quarantine(const QuarantineCommand& command) {
  scout::Quarantine quarantine(command.output);
  for (const auto& record : chosen(command)) {
    quarantine.lift(record);
    std::cout << core::escaped(record.name) << ": will be read again\n";
  }
}

}  // namespace

void add_scout_status(CLI::App& scout) {
  const auto options = std::make_shared<StatusCommand>();
  CLI::App* command = scout.add_subcommand("status", "Show how a stream that is followed goes");
  command->add_option("OUTPUT", options->output, "The output folder of `scout run --follow`")->required();
  command->add_flag("-w,--watch", options->watch, "Show it again every two seconds");
  command->add_flag("--json", options->json, "Print the status file as it is");
  command->footer("Examples:\n  trigloop scout status out --watch");
  command->callback([options] { show_status(*options); });
}

void add_scout_quarantine(CLI::App& scout) {
  const auto options = std::make_shared<QuarantineCommand>();
  CLI::App* command = scout.add_subcommand("quarantine", "List damaged inputs, or have them read again");
  command->require_subcommand(1);
  const auto add = [&](const char* name, const char* about, void (*work)(const QuarantineCommand&)) {
    CLI::App* one = command->add_subcommand(name, about);
    one->add_option("OUTPUT", options->output, "The output folder of `scout run --follow`")->required();
    one->add_option("NAMES", options->names, "Inputs (default: all)");
    one->callback([options, work] { work(*options); });
    return one;
  };
  add("list", "List damaged inputs with the reasons", list_quarantine)
      ->footer("Examples:\n  trigloop scout quarantine list out");
  add("retry", "Lift the quarantine: a running or the next follower reads them again", retry_quarantine)
      ->footer("Examples:\n  trigloop scout quarantine retry out run1_ls7.root");
}

}  // namespace trigloop::app
