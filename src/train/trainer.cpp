#include "train/trainer.hpp"

#include <algorithm>
#include <chrono>

#include "core/error.hpp"
#include "core/interrupt.hpp"
#include "core/parallel.hpp"
#include "train/checkpoint.hpp"

namespace trigloop::train {
namespace {

double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

}  // namespace

Trainer::Trainer(Recipe& recipe, const PackedFile& file, TrainOptions options)
    : recipe_(recipe),
      file_(file),
      options_(std::move(options)),
      team_(options_.threads == 0 ? core::available_cores() : options_.threads),
      last_save_(now()) {}

Trainer::~Trainer() = default;

/// Zeros, unless the sums of an epoch under way were restored.
void Trainer::Sums::start(std::vector<Term> named, bool restored) {
  for (std::size_t k = 0; k < named.size(); ++k) named[k].value = restored && k < terms.size() ? terms[k].value : 0;
  loss = restored ? loss : 0;
  terms = std::move(named);
}

void Trainer::run() {
  if (recipe_.supervised && !options_.replay.empty())
    throw core::Error(core::ErrorCode::usage, "a recipe that trains on signal sets takes no older eras");
  if (options_.resume) load();
  for (; place_.stage < recipe_.stages.size(); place_ = {place_.stage + 1, 0, 0}) {
    Stage& stage = *recipe_.stages[place_.stage];
    try {
      begin_stage(stage);
      train_stage(stage);
    } catch (core::Error& e) {
      e.in("stage '" + stage.name + "'");
      throw;
    }
  }
  if (recipe_.score.kind == Score::Kind::mixture) fit_mixture();
}

void Trainer::train_stage(Stage& stage) {
  Program program(stage.network, stage.batch, stage.views, team_);
  program.gradient_scale = stage.gradient_scale;
  Optimiser fresh(stage.optimiser, stage.network.parameters.size());
  Optimiser& optimiser = restored_ ? *restored_ : fresh;
  while (place_.epoch < stage.epochs) {
    const double start = now();
    train_epoch(stage, program, optimiser);
    end_epoch(stage, now() - start);
    if (now() - last_save_ > options_.checkpoint_seconds) save(optimiser);
  }
  restored_.reset();
}

void Trainer::train_epoch(Stage& stage, Program& program, Optimiser& optimiser) {
  const auto batches = static_cast<std::int64_t>(stage.table.events / stage.batch);
  const Permutation order(stage.table.events, stage.seed, static_cast<std::uint64_t>(place_.epoch));
  stage.feed->set_order(&order);
  for (const auto& target : stage.targets) target->feed->set_order(&order);
  if (stage.pruner && place_.batch == 0) stage.pruner->begin_epoch(place_.epoch, stage.network.parameters);
  const double rate = stage.schedule.rate(place_.epoch);
  sums_.start(program.terms(), place_.batch > 0);
  for (; place_.batch < batches; ++place_.batch) {
    if (core::interrupted() || (options_.asked_to_stop && options_.asked_to_stop())) {
      save(optimiser);
      core::Error stopped(core::ErrorCode::interrupted,
                          "stopped before epoch " + std::to_string(place_.epoch + 1) + " was done");
      if (!options_.checkpoint.empty())
        stopped.remedy("A checkpoint was written; the same command with --resume goes on");
      throw stopped;
    }
    const Step step{.number = static_cast<std::uint64_t>(place_.epoch * batches + place_.batch),
                    .seed = stage.seed,
                    .events = stage.batch,
                    .views = stage.views,
                    .first = static_cast<std::uint64_t>(place_.batch) * stage.batch};
    sums_.loss += program.step(step);
    optimiser.update(stage.network.parameters, program.gradients(), rate);
    if (stage.pruner) stage.pruner->apply(stage.network.parameters);
    const std::vector<Term> terms = program.terms();
    for (std::size_t k = 0; k < terms.size(); ++k) sums_.terms[k].value += terms[k].value;
  }
}

void Trainer::end_epoch(Stage& stage, double seconds) {
  const auto batches = static_cast<double>(place_.batch);
  EpochReport report{
      &stage, place_.epoch, stage.schedule.rate(place_.epoch), sums_.loss / batches, sums_.terms, seconds, 0, 0};
  const auto record = [&](const std::string& what, double value) {
    if (const auto names = stage.history.find(what); names != stage.history.end())
      for (const std::string& name : names->second) history_.append(name, value);
  };
  record("epoch", static_cast<double>(place_.epoch));
  record("rate", report.rate);
  record("total", report.loss);
  for (Term& term : report.terms) record(term.name, term.value /= batches);
  for (const Term& held : evaluate(stage)) record(held.name, held.value);
  ++place_.epoch;
  place_.batch = 0;
  report.events_per_second = batches * static_cast<double>(stage.batch) / seconds;
  report.seconds_left = seconds * static_cast<double>(stage.epochs - place_.epoch);
  if (options_.on_epoch) options_.on_epoch(report);
}

void Trainer::save(const Optimiser& optimiser) {
  if (options_.checkpoint.empty()) return;
  Checkpoint checkpoint{options_.identity, place_.stage, place_.epoch, place_.batch, {sums_.loss}};
  for (const Term& term : sums_.terms) checkpoint.sums.push_back(term.value);
  write_checkpoint(options_.checkpoint, checkpoint, recipe_, optimiser, history_);
  last_save_ = now();
}

void Trainer::load() {
  if (!std::filesystem::exists(options_.checkpoint)) return;
  const Checkpoint checkpoint = read_checkpoint(options_.checkpoint, options_.identity, recipe_, restored_, history_);
  place_ = {checkpoint.stage, checkpoint.epoch, checkpoint.batch};
  sums_.loss = checkpoint.sums[0];
  for (std::size_t k = 1; k < checkpoint.sums.size(); ++k) sums_.terms.push_back({"", checkpoint.sums[k]});
}

}  // namespace trigloop::train
