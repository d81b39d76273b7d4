// trigloop registry push, pull: an MLflow server.
#include "registry/mlflow/mlflow.hpp"

#include <cstdlib>
#include <iostream>
#include <memory>

#include "app/registry/commands.hpp"
#include "core/json_writer.hpp"
#include "core/text.hpp"
#include "registry/lineage.hpp"

namespace trigloop::app {
namespace {

namespace mlflow = registry::mlflow;
using registry::Registry;

struct Options {
  RegistryOptions registry;
  std::vector<std::string> which;
  std::string uri, token_file, kind;
  mlflow::PushOptions push;
};

void add_server_options(CLI::App& command, Options& options) {
  add_registry_options(command, options.registry);
  command.add_option("--mlflow", options.uri, "The server, as http://localhost:5000")
      ->envname("MLFLOW_TRACKING_URI")
      ->required();
  command.add_option("--token-file", options.token_file, "A file with a token, of mode 0600 (else the environment)");
}

void push(Options& options) {
  Registry store(folder_of(options.registry), registry::Access::read);
  std::vector<std::string> ids;
  for (const std::string& word : options.which) ids.push_back(store.resolve(word));
  if (options.which.empty()) {
    for (const registry::Artifact& a : store.list({.kind = options.kind, .most = 0})) ids.insert(ids.begin(), a.id);
  }
  mlflow::Server server(options.uri, mlflow::find_credentials(options.token_file));
  if (!options.registry.json) options.push.progress = [](const std::string& what) { std::cerr << what << '\n'; };
  const mlflow::PushReport report = mlflow::push(store, ids, server, options.push);
  if (options.registry.json) {
    core::JsonWriter json;
    json.begin_object().member("pushed", report.pushed).member("known", report.known).member("files", report.files);
    std::cout << json.member("bytes", report.bytes).end_object().text() << '\n';
    return;
  }
  std::cout << server.uri() << ": " << report.pushed << " artefacts pushed, " << report.known << " were there; "
            << report.files << " files, " << core::human_bytes(report.bytes) << '\n';
}

void pull(const Options& options) {
  Registry store(folder_of(options.registry), registry::Access::write);
  mlflow::Server server(options.uri, mlflow::find_credentials(options.token_file));
  core::JsonWriter json;
  json.begin_array();
  for (const std::string& what : options.which) {
    const mlflow::PullReport report = mlflow::pull(store, what, server);
    if (options.registry.json) {
      json.begin_object().member("id", std::string_view(report.id)).member("known", report.known);
      json.member("with_lineage", report.ours).end_object();
    } else {
      std::cout << registry::in_words(store.get(report.id)) << (report.known ? " (was known)" : "") << '\n';
    }
  }
  if (options.registry.json) std::cout << json.end_array().text() << '\n';
}

}  // namespace

void add_registry_mlflow(CLI::App& registry) {
  auto options = std::make_shared<Options>();
  options->kind = "model";
  CLI::App* command = registry.add_subcommand("push", "Copy artefacts to an MLflow server; again is no news");
  add_server_options(*command, *options);
  command->add_option("which", options->which, "Artefacts (default: all models)");
  command->add_option("--kind", options->kind, "Without names: all of this kind")->capture_default_str();
  command->add_option("--experiment", options->push.experiment, "Where the runs go")->capture_default_str();
  command->footer(
      "Secrets: MLFLOW_TRACKING_TOKEN, or _USERNAME and _PASSWORD.\nExamples:\n"
      "  trigloop registry push axol1tl@champion --mlflow http://localhost:5000");
  command->callback([options] { push(*options); });
  auto other = std::make_shared<Options>();
  command = registry.add_subcommand("pull", "Take models from an MLflow server");
  add_server_options(*command, *other);
  command->add_option("which", other->which, "NAME, NAME:VERSION, NAME@ALIAS of a registered model, or a run's id")
      ->required();
  command->footer("Examples:\n  trigloop registry pull axol1tl@champion --mlflow http://localhost:5000");
  command->callback([other] { pull(*other); });
}

}  // namespace trigloop::app
