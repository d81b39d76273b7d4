#include "tune/train/training.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

#include "core/interrupt.hpp"
#include "core/sha256.hpp"
#include "curate/signal_sets.hpp"
#include "model/describe.hpp"
#include "train/bundle.hpp"
#include "train/trainer.hpp"

namespace trigloop::tune {

TrainingData::TrainingData(const std::filesystem::path& path) : file_(path), hash_(core::sha256_of_file(path)) {}

void TrainingData::check_metrics(const std::vector<std::string>& metrics) const {
  const auto sets = curate::read_signal_sets(file_.path());
  for (const std::string& metric : metrics) {
    const std::size_t slash = metric.find('/');
    if (slash == metric.npos) continue;
    const std::string name = metric.substr(slash + 1);
    const auto set = std::ranges::find(sets, name, &curate::SignalSet::name);
    core::Error e(core::ErrorCode::mismatch, "holds no signal set '" + core::escaped(name) + "'");
    if (set != sets.end() && set->role == curate::Role::tune) continue;
    if (set != sets.end()) {
      e = core::Error(core::ErrorCode::usage, "the signal set '" + name + "' has the role '" +
                                                  std::string(curate::name_of(set->role)) +
                                                  "': a search may look at those of the role 'tune' alone");
      e.remedy("Curate it with signal_sets: {" + name + ": {role: tune}}");
    }
    e.file(file_.path().native());
    throw e;
  }
}

namespace {

/// What a metric is after an epoch; NaN, if it was not measured.
double latest(const std::string& metric, const train::EpochReport& report, const train::History& history) {
  if (metric == "loss") return report.loss;
  const std::vector<double>* column = history.find(metric);
  return column == nullptr || column->empty() ? std::nan("") : column->back();
}

/// What a trained network costs in firmware: effective bit operations, known when its weights are.
double ebops_of(const train::Recipe& recipe, const train::PackedFile& file) {
  double sum = 0;
  for (const model::Layer& layer : model::describe(train::trained_graph(recipe, file)))
    sum += static_cast<double>(layer.ebops);
  return sum;
}

train::Recipe recipe_of(const TrainingJob& job, const TrainingData& data) {
  const std::string& name = job.config.text("train_recipe");
  return train::build_recipe(train::recipe_text(name), name, job.config.root(), data.file().shape());
}

double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

}  // namespace

double training_seconds(const TrainingJob& job, const TrainingData& data, std::int64_t epochs) {
  train::Recipe recipe = recipe_of(job, data);
  std::vector<std::int64_t> left;
  for (const auto& stage : recipe.stages) {
    left.push_back(std::max<std::int64_t>(0, stage->epochs - epochs));
    stage->epochs -= left.back();
  }
  const double start = now();
  double last = start, rest = 0;
  std::size_t at = 0;
  train::TrainOptions options;
  options.threads = job.threads;
  options.evaluate_every = job.evaluate_every;
  options.on_epoch = [&](const train::EpochReport& report) {
    while (recipe.stages[at].get() != report.stage) ++at;
    const double before = std::exchange(last, now());
    if (report.epoch + 1 == report.stage->epochs) rest += (last - before) * static_cast<double>(left[at]);
  };
  train::Trainer(recipe, data.file(), std::move(options)).run();
  return now() - start + rest;
}

bool run_training(const TrainingJob& job, const TrainingData& data, const TrainingHooks& hooks) {
  train::Recipe recipe = recipe_of(job, data);
  train::TrainOptions options;
  options.threads = job.threads;
  options.checkpoint = job.checkpoint;
  options.resume = !job.checkpoint.empty();
  options.identity = core::sha256_hex(recipe.text + config::to_json(job.config.root()) + data.hash());
  options.evaluate_every = job.evaluate_every;
  bool stopped = false;
  options.asked_to_stop = [&] { return stopped |= hooks.asked_to_stop && hooks.asked_to_stop(); };
  const train::Trainer* running = nullptr;
  std::int64_t last = 1;
  options.on_epoch = [&](const train::EpochReport& report) {
    if (!report.stage->evaluates || !hooks.report) return;
    last = report.epoch + 1;
    for (const std::string& metric : job.metrics) {
      const double value = latest(metric, report, running->history());
      if (!std::isnan(value)) hooks.report(report.epoch + 1, metric, value);
    }
  };
  train::Trainer trainer(recipe, data.file(), std::move(options));
  running = &trainer;
  try {
    trainer.run();
  } catch (const core::Error& e) {
    if (e.code() == core::ErrorCode::interrupted && stopped && !core::interrupted()) return false;
    throw;
  }
  if (hooks.report && std::ranges::find(job.metrics, "ebops") != job.metrics.end())
    hooks.report(last, "ebops", ebops_of(recipe, data.file()));
  return true;
}

}  // namespace trigloop::tune
