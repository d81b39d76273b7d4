// trigloop dashboard: a run's rates, scores, pipeline and models in a browser, and for Prometheus.
#include "serve/dashboard.hpp"

#include <iostream>
#include <memory>

#include "app/commands.hpp"
#include "app/pause.hpp"
#include "app/report/working_points.hpp"
#include "app/tune/commands.hpp"
#include "core/interrupt.hpp"
#include "watch/drift_run.hpp"

namespace trigloop::app {
namespace {

struct Options {
  serve::DashboardOptions dashboard;
  serve::HttpOptions http;
  std::filesystem::path token_file;
  WorkingPoints points;
  watch::DriftOptions drift;
  ShownStudy study;
  double pause = 5;
};

/// The page of a study as it is when somebody looks.
void add_study(serve::HttpServer& server, const ShownStudy& study) {
  if (study.storage.empty()) return;
  server.get("/study", [study](const serve::Request&) {
    return serve::Response{report::as_served_html(study_page(study.open())), "text/html; charset=utf-8"};
  });
  server.get("/study.js", [](const serve::Request&) {
    return serve::Response{std::string(report::study_script()), "text/javascript", 200, true};
  });
}

void set_points(Options& options) {
  options.drift.conditions = options.dashboard.conditions;
  if (!options.drift.reference.empty()) options.dashboard.drift = options.drift;
  auto& points = options.dashboard.course.points;
  // Those of the conditions come by themselves.
  points =
      options.points.points(options.dashboard.conditions.empty() ? std::move(points) : std::vector<watch::Point>());
}

void run(Options options) {
  if (!std::filesystem::is_directory(options.dashboard.output)) {
    throw core::Error(core::ErrorCode::not_found, "is no folder")
        .file(options.dashboard.output.native())
        .remedy("Name the output folder of `trigloop scout run`");
  }
  if (!options.token_file.empty()) options.http.token = serve::read_token(options.token_file);
  set_points(options);
  options.dashboard.study = !options.study.storage.empty();
  serve::Dashboard dashboard(options.dashboard);
  serve::HttpServer server(options.http);
  dashboard.add_to(server);
  add_study(server, options.study);
  const int port = server.start();
  std::cout << "http://" << options.http.address << ':' << port << "/  (Ctrl-C ends it)" << std::endl;
  while (!core::interrupted()) {
    dashboard.refresh();
    pause(options.pause);
  }
}

}  // namespace

void add_dashboard(CLI::App& program) {
  const auto options = std::make_shared<Options>();
  options->dashboard.version = TRIGLOOP_VERSION;
  options->http.port = 8710;
  CLI::App* command = program.add_subcommand("dashboard", "Show rates, scores, drift and pipeline in a browser");
  command->add_option("OUTPUT", options->dashboard.output, "Output folder of `trigloop scout run`, or of .axo files")
      ->required();
  command->add_option("--port", options->http.port, "Where to listen; 0: any free port")
      ->check(CLI::Range(0, 65535))
      ->capture_default_str();
  command->add_option("--address", options->http.address, "Which of this machine's addresses; 0.0.0.0: all of them")
      ->capture_default_str();
  command->add_option("--host", options->http.hosts, "A name by which browsers may call it, beside localhost");
  command->add_option(
      "--token-file", options->token_file,
      "A file with a secret of 16 characters or more; who sends it may change things, others only look");
  command->add_option("--registry", options->dashboard.registry, "Show the models of this registry")
      ->envname("TRIGLOOP_REGISTRY");
  command->add_option("--study", options->study.storage, "Show this study of `trigloop tune` or Optuna at /study");
  command->add_option("--reference", options->drift.reference,
                      "What is normal (`trigloop reference build`): look for drift");
  command->add_option(
      "--conditions", options->dashboard.conditions,
      "What was valid when, thresholds of the firmware among it (`trigloop conditions`, or the loop's file)");
  command
      ->add_option("--mean-time", options->drift.monitor.mean_time, "Mean number of lumisections between false alarms")
      ->check(CLI::Range(10.0, 1e9))
      ->capture_default_str();
  options->points.add_to(*command);
  for (const char* name : {"--raw", "--pure"}) command->get_option(name)->excludes("--reference");
  command
      ->add_option("--bunches", options->dashboard.course.bunches,
                   "Colliding bunches, where the exposure does not tell rates (.axo)")
      ->check(CLI::Range(1, 3564));
  command->add_option("--pause", options->pause, "Seconds between looks at the folder")
      ->check(CLI::Range(0.05, 3600.0))
      ->capture_default_str();
  command->footer(
      "It listens on this machine alone, unless --address says otherwise, and has no encryption of its own: from "
      "other\n"
      "machines use a tunnel (ssh -L 8710:localhost:8710 HOST). /metrics is for Prometheus (examples/monitoring).\n"
      "Examples:\n  trigloop dashboard out\n  trigloop dashboard out --reference normal.json --registry models "
      "--token-file ~/.trigloop-token");
  command->callback([options] { run(*options); });
}

}  // namespace trigloop::app
