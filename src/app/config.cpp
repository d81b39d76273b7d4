// trigloop config: the master configuration, and what a user's file makes of it.
#include "config/config.hpp"

#include <iostream>

#include "app/commands.hpp"
#include "config/schema.hpp"
#include "core/file.hpp"
#include "io/hdf5/hdf5.hpp"

namespace trigloop::app {
namespace {

struct Options {
  std::string file, section;
  std::vector<std::string> files, settings;
  bool json = false, package = false, markdown = false;
};

/// The text of a configuration: a YAML or JSON file, or the attribute `config` of one of the package's files.
std::string text_of(const std::string& file) {
  if (!io::hdf5::is_hdf5(core::InputFile(file))) return core::read_text(file, 1u << 20);
  if (auto text = io::hdf5::read_attribute(file, "", "config")) return *std::move(text);
  throw core::Error(core::ErrorCode::mismatch, "has no attribute 'config'").file(file);
}

config::Config load(const Options& options) {
  config::Config loaded =
      options.file.empty() ? config::Config::master() : config::Config::parse(text_of(options.file), options.file);
  for (const std::string& setting : options.settings) loaded.set_text(setting);
  return loaded;
}

void show(const Options& options) {
  const config::Config loaded = load(options);
  config::Value value = options.package ? loaded.package_part() : loaded.root();
  for (std::string_view rest = options.section; !rest.empty();) {
    const auto dot = std::min(rest.find('.'), rest.size());
    const config::Value* found = value.find(rest.substr(0, dot));
    if (found == nullptr)
      throw core::Error(core::ErrorCode::usage, "there is no key '" + options.section + "'")
          .remedy("`trigloop config show` prints all");
    value = config::Value(*found);
    rest.remove_prefix(std::min(dot + 1, rest.size()));
  }
  std::cout << (options.json ? config::to_json(value) + "\n" : config::to_yaml(value));
}

void diff(const Options& options) {
  for (const config::Difference& d : load(options).differences()) {
    std::cout << d.path << ": " << config::to_line(d.master) << " -> " << config::to_line(d.mine) << '\n';
  }
}

void check(const Options& options) {
  std::optional<core::ErrorCode> worst;
  for (const std::string& file : options.files) {
    std::vector<core::Error> found;
    try {
      found = config::Config::problems(text_of(file), file);
    } catch (core::Error& e) {
      found.push_back(std::move(e));
    }
    for (const core::Error& e : found) std::cerr << "trigloop: " << e.what() << '\n';
    if (found.empty()) {
      std::cout << file << ": good, " << config::Config::parse(text_of(file), file).differences().size()
                << " keys differ from the master\n";
    } else if (!worst) {
      worst = found.front().code();
    }
  }
  if (worst) throw ErrorsReported{*worst};
}

CLI::App* add(CLI::App& group, const char* name, const char* about, const char* examples,
              std::shared_ptr<Options> options, void (*run)(const Options&)) {
  CLI::App* command = group.add_subcommand(name, about);
  command->footer(examples);
  command->callback([options, run] { run(*options); });
  return command;
}

void add_input(CLI::App* command, Options& options) {
  command->add_option("FILE", options.file, "YAML, JSON, or a file of the package with an attribute 'config'");
  command->add_option("--set", options.settings, "Set a key: --set train_recipe=VAE_V4")->allow_extra_args(false);
}

}  // namespace

void add_config(CLI::App& program) {
  CLI::App* group = program.add_subcommand("config", "Show, check and compare configurations");
  group->require_subcommand(1);
  group->footer("Examples:\n  trigloop config show\n  trigloop config check my.yml\n  trigloop config diff lite.h5");

  auto shown = std::make_shared<Options>();
  CLI::App* command = add(*group, "show", "Print a configuration, merged over the master",
                          "Examples:\n  trigloop config show > my.yml\n"
                          "  trigloop config show my.yml --key data_config --json",
                          shown, show);
  add_input(command, *shown);
  command->add_option("--key", shown->section, "One key or section");
  command->add_flag("--json", shown->json, "JSON, as Python's json.dumps writes it");
  command->add_flag("--package", shown->package, "Only what the training package knows");

  auto checked = std::make_shared<Options>();
  command = add(*group, "check", "Say all that is wrong with configurations",
                "Examples:\n  trigloop config check my.yml other.yml", checked, check);
  command->add_option("FILE", checked->files, "YAML, JSON, or a file with an attribute 'config'")->required();

  auto compared = std::make_shared<Options>();
  command = add(*group, "diff", "Print what differs from the master",
                "Examples:\n  trigloop config diff my.yml\n  trigloop config diff lite.h5", compared, diff);
  add_input(command, *compared);

  auto schema = std::make_shared<Options>();
  command = add(*group, "schema", "Print a JSON schema of configurations",
                "Examples:\n  trigloop config schema > trigloop-config.schema.json", schema, [](const Options& o) {
                  std::cout << (o.markdown ? config::markdown_table() : config::json_schema() + "\n");
                });
  command->add_flag("--markdown", schema->markdown, "The table of all keys for people");
}

}  // namespace trigloop::app
