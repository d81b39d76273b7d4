// trigloop tune report: a study as a page.
#include <iostream>

#include "app/tune/commands.hpp"
#include "core/file.hpp"
#include "report/tune/study_page.hpp"
#include "tune/run/summary.hpp"
#include "tune/search/importance.hpp"

namespace trigloop::app {

report::StudyPage study_page(const OpenedStudy& study) {
  const tune::Storage& storage = *study.storage;
  tune::Tally tally(study.wanted);
  const tune::Progress& progress = tally.look(storage.history());
  report::StudyPage page;
  page.title = "Study " + storage.study().name;
  page.facts = {{"state", tune::progress_line(progress)}};
  for (const std::int64_t number : tune::best_trials(storage.history())) {
    if (page.facts.size() > 3) break;
    std::string text;
    for (const tune::Parameter& p : storage.history()[number].parameters)
      text +=
          (text.empty() ? "" : ", ") + p.name + " " + config::to_line(tune::external_value(*p.distribution, p.value));
    page.facts.emplace_back("best: trial " + std::to_string(number), text);
  }
  page.metrics = study.metrics;
  page.trials = tune::trials_json(storage.history());
  for (const tune::Importance& one : tune::importance(storage.history()))
    page.importance.emplace_back(one.name, one.share);
  page.warnings = storage.warnings();
  return page;
}

void add_tune_report(CLI::App& tune) {
  struct Options {
    ShownStudy study;
    std::string output = "study.html";
    RecordOptions record;
  };
  const auto options = std::make_shared<Options>();
  CLI::App* const command = tune.add_subcommand("report", "A study as a page that works without network");
  options->study.add_to(*command);
  command->add_option("-o,--output", options->output, "The page")->capture_default_str();
  command->footer(
      "Examples:\n  trigloop tune report --study study.yml --output study.html\n"
      "  trigloop dashboard out --study study.journal      # the same, up to date, at /study");
  add_registry_options(*command, options->record);
  command->callback([options] {
    Recorder record(options->record, "tune report");
    const OpenedStudy study = options->study.open();
    const report::StudyPage page = study_page(study);
    const std::string html = report::as_html(page), name = study.storage->study().name;
    core::write_file(options->output, html);
    std::cout << options->output << ": written\n";
    record.input_text("study", "study", name, "study.json", page.trials);
    record.output_text("report", "report", name, "study.html", html);
    record.commit();
  });
}

}  // namespace trigloop::app
