// trigloop recipe: the recipes that are built in, and whether one's own is one.
#include "train/recipe/recipe.hpp"

#include <fmt/format.h>

#include <iostream>
#include <memory>

#include "app/commands.hpp"
#include "config/config.hpp"
#include "core/json_writer.hpp"
#include "core/yaml.hpp"
#include "train/data.hpp"
#include "train/nodes/layers.hpp"

namespace trigloop::app {
namespace {

std::string about(const std::string& name) {
  const core::YamlNode root = core::parse_yaml(train::builtin_text(name), name);
  return core::Section(root, name).text("about", "");
}

void list(bool as_json) {
  core::JsonWriter json;
  json.begin_array();
  for (const std::string& name : train::builtin_recipes()) {
    if (!as_json) std::cout << fmt::format("{:<16} {}\n", name, about(name));
    json.begin_object().member("name", name).member("about", about(name)).end_object();
  }
  if (as_json) std::cout << json.end_array().text() << '\n';
}

std::string type_of(const train::Quantiser& q) {
  if (q.kind == train::Quantiser::Kind::identity) return "float";
  if (q.kind == train::Quantiser::Kind::relu) return "relu";
  return fmt::format("{}({},{})", q.kind == train::Quantiser::Kind::quantised_relu ? "relu" : "bits", q.bits,
                     q.integer);
}

std::string describe(const train::Node& node) {
  if (const auto* dense = dynamic_cast<const train::Dense*>(&node))
    return fmt::format("dense {} -> {}, kernel {}{}, bias {}", node.in_features, node.features,
                       type_of(dense->options().kernel), dense->options().trains_bits ? " and fewer, trained" : "",
                       type_of(dense->options().bias));
  if (const auto* activation = dynamic_cast<const train::Activation*>(&node)) return type_of(activation->quantiser());
  if (!node.makes_output) return "loss";
  return fmt::format("{} features", node.features);
}

void check(const std::string& name, const std::string& config_path, const std::string& data) {
  const config::Config config = config_path.empty() ? config::Config::master() : config::Config::load(config_path);
  const train::DataShape shape = data.empty() ? train::example_shape() : train::PackedFile(data).shape();
  const train::Recipe recipe = train::build_recipe(train::recipe_text(name), name, config.root(), shape);
  for (const auto& stage : recipe.stages) {
    std::size_t weights = 0;
    for (const train::Parameter& p : stage->network.parameters.list()) weights += p.rows * p.columns;
    std::cout << fmt::format("stage {}: {} features of {}, {} epochs, batch {}, {} weights\n", stage->name,
                             stage->table.features, stage->input, stage->epochs, stage->batch, weights);
    for (const auto& node : stage->network.nodes())
      std::cout << fmt::format("  {:<26} {}\n", node->name, describe(*node));
  }
  std::cout << fmt::format("score: {} of stage {}\n{}: a recipe\n", recipe.score.tensor, recipe.score.stage,
                           recipe.name);
}

}  // namespace

void add_recipe(CLI::App& program) {
  CLI::App* command = program.add_subcommand("recipe", "List, show or check recipes of training (docs/recipes.md)");
  command->require_subcommand(1);
  command->footer(
      "Examples:\n  trigloop recipe list\n  trigloop recipe show VAE_V4 > mine.yml\n"
      "  trigloop recipe check mine.yml --config c.yml");

  const auto as_json = std::make_shared<bool>(false);
  CLI::App* listed = command->add_subcommand("list", "Names of the built-in recipes, and what each trains");
  listed->add_flag("--json", *as_json, "As JSON");
  listed->callback([as_json] { list(*as_json); });
  listed->footer("Examples:\n  trigloop recipe list --json");

  const auto name = std::make_shared<std::string>();
  CLI::App* shown = command->add_subcommand("show", "Print a recipe as YAML: a start for one's own");
  shown->add_option("NAME", *name, "Name of a built-in recipe")->required();
  shown->callback([name] { std::cout << train::recipe_text(*name); });
  shown->footer("Examples:\n  trigloop recipe show Contrastive_VAE > mine.yml");

  const auto recipe = std::make_shared<std::string>(), config = std::make_shared<std::string>(),
             data = std::make_shared<std::string>();
  CLI::App* checked = command->add_subcommand("check", "Check a recipe, and show the network that it makes");
  checked->add_option("RECIPE", *recipe, "A YAML file, or the name of a built-in recipe")->required();
  checked->add_option("-c,--config", *config, "The configuration that it takes numbers from (default: the master)");
  checked->add_option("-d,--data", *data, "The packed file that it is for (default: 57 features, two signal sets)");
  checked->callback([recipe, config, data] { check(*recipe, *config, *data); });
  checked->footer("Examples:\n  trigloop recipe check mine.yml --config c.yml --data Data.h5");
}

}  // namespace trigloop::app
