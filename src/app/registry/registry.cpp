// trigloop registry: what was made, of what, by what.
#include <charconv>

#include "app/commands.hpp"
#include "app/registry/commands.hpp"

namespace trigloop::app {

using core::Error;
using core::ErrorCode;

void add_registry_options(CLI::App& command, RegistryOptions& options) {
  command.add_option("--registry", options.folder, "The registry's folder")->envname("TRIGLOOP_REGISTRY");
  command.add_flag("--json", options.json, "Print JSON (docs/formats.md)");
}

const std::string& folder_of(const RegistryOptions& options) {
  if (options.folder.empty())
    throw Error(ErrorCode::usage, "no registry is named").remedy("Give --registry DIR, or set TRIGLOOP_REGISTRY");
  return options.folder;
}

std::int64_t duration_ns(const std::string& text) {
  std::int64_t number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  const std::string unit(read.ptr, text.data() + text.size());
  std::int64_t seconds = 0;
  if (unit.empty() || unit == "s") seconds = 1;
  if (unit == "m") seconds = 60;
  if (unit == "h") seconds = 3600;
  if (unit == "d") seconds = 86400;
  if (read.ec != std::errc() || number < 0 || number > 100'000 || seconds == 0)
    throw Error(ErrorCode::usage, "'" + text + "' is no time").remedy("Write 90s, 15m, 12h or 30d");
  return number * seconds * 1'000'000'000;
}

registry::Tag tag_of(const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == text.npos || equals == 0)
    throw Error(ErrorCode::usage, "'" + text + "' is no tag").remedy("Write KEY=VALUE");
  return {text.substr(0, equals), text.substr(equals + 1)};
}

void add_registry(CLI::App& program) {
  CLI::App* registry = program.add_subcommand("registry", "What was made, of what, by what (docs/registry.md)");
  registry->require_subcommand(1);
  registry->footer(R"(Examples:
  export TRIGLOOP_REGISTRY=~/registry      # from now on curate, train, evaluate and scout record themselves
  trigloop train --config c.yml --output model
  trigloop registry list
  trigloop registry lineage Contrastive_VAE
  trigloop registry alias Contrastive_VAE champion
  trigloop registry diff Contrastive_VAE:1 Contrastive_VAE@champion)");
  add_registry_show(*registry);
  add_registry_lineage(*registry);
  add_registry_labels(*registry);
  add_registry_add(*registry);
  add_registry_care(*registry);
  add_registry_reproduce(*registry);
  add_registry_mlflow(*registry);
}

}  // namespace trigloop::app
