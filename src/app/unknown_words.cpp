#include "app/unknown_words.hpp"

#include <algorithm>
#include <cctype>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "core/text.hpp"

namespace trigloop::app {
namespace {

[[noreturn]] void refuse(const std::string& kind, const std::string& word, const CLI::App& command,
                         const std::vector<std::string>& known) {
  const std::string near = core::nearest(word, known);
  const bool of_program = command.get_parent() == nullptr;
  std::string path = of_program ? "" : " " + command.get_name();
  for (const CLI::App* up = command.get_parent(); up != nullptr && up->get_parent() != nullptr; up = up->get_parent())
    path = " " + up->get_name() + path;
  throw core::Error(core::ErrorCode::usage,
                    "there is no " + kind + " '" + word + "'" + (of_program ? "" : " of `trigloop" + path + "`"))
      .remedy(near.empty() ? "`trigloop" + path + " --help` lists what there is" : "Did you mean '" + near + "'?");
}

/// "--model" of "--model=x", "-o" of "-ofile"; empty for what is no option, as a negative number.
std::string option_in(const std::string& word) {
  if (word.size() < 2 || word[0] != '-' || std::isdigit(static_cast<unsigned char>(word[1])) != 0 || word[1] == '.')
    return "";
  return word[1] == '-' ? word.substr(0, word.find('=')) : word.substr(0, 2);
}

void check_option(const CLI::App& command, const std::string& name) {
  std::vector<std::string> known;
  for (const CLI::Option* option : command.get_options()) {
    if (option->check_name(name)) return;
    for (const std::string& one : option->get_lnames()) known.push_back("--" + one);
  }
  refuse("option", name, command, known);
}

}  // namespace

void refuse_unknown_words(const CLI::App& program, int argc, const char* const* argv) {
  const CLI::App* command = &program;
  bool has_options = false;  // a command that works without a sub-command, too, and was given options: values follow
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "--") return;
    if (const std::string option = option_in(word); !option.empty()) {
      check_option(*command, option);
      has_options = command != &program && command->get_require_subcommand_min() == 0;
      continue;
    }
    const auto below = command->get_subcommands([](const CLI::App*) { return true; });
    if (below.empty() || has_options) continue;  // a value
    const auto found = std::ranges::find(below, word, [](const CLI::App* one) { return one->get_name(); });
    if (found == below.end()) {
      std::vector<std::string> names;
      for (const CLI::App* one : below) names.push_back(one->get_name());
      refuse("command", word, *command, names);
    }
    command = *found;
  }
}

}  // namespace trigloop::app
