// trigloop registry tag, alias, stage: what people say of artefacts.
#include "registry/labels.hpp"

#include <iostream>
#include <memory>

#include "app/registry/commands.hpp"
#include "core/json_writer.hpp"

namespace trigloop::app {
namespace {

using registry::Registry;

struct Options {
  RegistryOptions registry;
  std::string which, word;
  std::vector<std::string> words;
  bool remove = false;
};

void report(const Options& options, const std::string& id, const char* what, const std::string& word) {
  if (options.registry.json) {
    core::JsonWriter json;
    json.begin_object().member("artifact", std::string_view(id)).member(what, std::string_view(word));
    std::cout << json.member("removed", options.remove).end_object().text() << '\n';
  } else {
    std::cout << id.substr(0, 12) << ": " << what << ' ' << word << (options.remove ? " removed" : "") << '\n';
  }
}

void tag(const Options& options) {
  Registry store(folder_of(options.registry), registry::Access::write);
  const std::string id = store.resolve(options.which);
  registry::Transaction all(store.database());
  for (const std::string& word : options.words) {
    if (options.remove) {
      registry::remove_tag(store, id, word);
    } else {
      const registry::Tag given = tag_of(word);
      registry::set_tag(store, id, given.key, given.value);
    }
  }
  all.commit();
  for (const std::string& word : options.words) report(options, id, "tag", word);
}

void alias(const Options& options) {
  Registry store(folder_of(options.registry), registry::Access::write);
  const std::string id = store.resolve(options.which);
  options.remove ? registry::remove_alias(store, id, options.word) : registry::set_alias(store, id, options.word);
  report(options, id, "alias", options.word);
}

void stage(const Options& options) {
  Registry store(folder_of(options.registry), registry::Access::write);
  const std::string id = store.resolve(options.which);
  registry::set_stage(store, id, options.word);
  report(options, id, "stage", options.word);
}

CLI::App* add(CLI::App& registry, const char* name, const char* help, const std::shared_ptr<Options>& options) {
  CLI::App* command = registry.add_subcommand(name, help);
  add_registry_options(*command, options->registry);
  command->add_option("which", options->which, which_help)->required();
  return command;
}

}  // namespace

void add_registry_labels(CLI::App& registry) {
  const auto tags = std::make_shared<Options>(), aliases = std::make_shared<Options>(),
             stages = std::make_shared<Options>();
  CLI::App* command = add(registry, "tag", "Say something of an artefact", tags);
  command->add_option("tags", tags->words, "KEY=VALUE...; with --remove, KEY...")->required();
  command->add_flag("--remove", tags->remove, "Take them away");
  command->footer(
      "Examples:\n  trigloop registry tag axol1tl:3 site=cern note='after the fix'\n"
      "  trigloop registry tag axol1tl:3 keep=yes      # gc leaves it");
  command->callback([tags] { tag(*tags); });
  command = add(registry, "alias", "Let a word mean one artefact of its kind and name", aliases);
  command->add_option("alias", aliases->word, "Such as champion")->required();
  command->add_flag("--remove", aliases->remove, "Take it away");
  command->footer("Examples:\n  trigloop registry alias axol1tl:3 champion\n  trigloop registry show axol1tl@champion");
  command->callback([aliases] { alias(*aliases); });
  command = add(registry, "stage", "How far an artefact has come", stages);
  command->add_option("stage", stages->word, "none, candidate, staging, production, archived")->required();
  command->footer("Examples:\n  trigloop registry stage axol1tl:3 candidate\n  trigloop registry history axol1tl:3");
  command->callback([stages] { stage(*stages); });
}

}  // namespace trigloop::app
