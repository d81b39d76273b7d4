#include "train/trainer.hpp"

#include <algorithm>
#include <chrono>

#include "core/error.hpp"
#include "core/interrupt.hpp"
#include "core/parallel.hpp"
#include "curate/signal_sets.hpp"
#include "train/checkpoint.hpp"

namespace trigloop::train {
namespace {

double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

constexpr double watched_rate_khz = 1;

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
}

/// Rows of the data as the input of a stage: through the frozen part of the stages before.
Table Trainer::in_stage(const Stage& stage, Table rows) {
  if (stage.input == "data") return rows;
  const std::size_t dot = stage.input.find('.');
  Stage& earlier = recipe_.stage(stage.input.substr(0, dot));
  earlier.quantise();
  const Table inputs = in_stage(earlier, std::move(rows));
  return earlier.infer(earlier.tensor(stage.input.substr(dot + 1)), inputs, team_);
}

void Trainer::begin_stage(Stage& stage) {
  if (recipe_.supervised) {
    take_classes(stage);
  } else {
    stage.table = in_stage(stage, file_.read("Background_data/Train", recipe_.data).rows);
  }
  if (stage.table.events < stage.batch) {
    throw core::Error(core::ErrorCode::mismatch, "a batch has " + std::to_string(stage.batch) +
                                                     " events, but there are only " +
                                                     std::to_string(stage.table.events))
        .remedy("Make the batch smaller");
  }
  if (stage.input == "data") stage.feed->compress(recipe_.data.step());
  watched_.clear();
  if (!stage.evaluates || recipe_.supervised) return;
  const auto watch = [&](const std::string& table, const std::string& name) {
    Events events = file_.read(table, recipe_.data);
    watched_.push_back({name, in_stage(stage, std::move(events.rows)), std::move(events.fired)});
  };
  watch("Background_data/Test", "background");
  for (const std::string& name : file_.signals()) watch("Signal_data/" + name, name);
}

/// All signal sets, each a class. Every fifth event is held back.
void Trainer::take_classes(Stage& stage) {
  // `events: signals` declares that the recipe trains on all sets. Blind ones are refused all the same.
  for (const curate::SignalSet& set : curate::read_signal_sets(file_.path()))
    curate::check_trainable(set, file_.signals());
  std::vector<Table> sets;
  std::size_t events = 0;
  for (const std::string& name : file_.signals()) {
    sets.push_back(in_stage(stage, file_.read("Signal_data/" + name, recipe_.data).rows));
    events += sets.back().events;
  }
  Table all(stage.table.features, events), classes(sets.size(), events);
  stage.held = Table(stage.table.features, events);
  std::size_t train = 0, held = 0;
  for (std::size_t c = 0; c < sets.size(); ++c) {
    for (std::size_t e = 0; e < sets[c].events; ++e) {
      const bool holds = e % 5 == 4;
      std::copy_n(sets[c].row(e), sets[c].stride(), holds ? stage.held.row(held) : all.row(train));
      if (holds)
        stage.held_classes.push_back(c), ++held;
      else
        classes.row(train++)[c] = 1;
    }
  }
  all.events = classes.events = train;
  stage.held.events = held;
  stage.table = std::move(all);
  stage.targets = std::move(classes);
}

/// The share of held events whose largest output is their class, in percent.
double Trainer::accuracy(Stage& stage) {
  stage.quantise();
  const Table out = stage.infer(stage.tensor(recipe_.score.tensor), stage.held, team_);
  double right = 0;
  for (std::size_t e = 0; e < out.events; ++e)
    right += std::max_element(out.row(e), out.row(e) + out.features) - out.row(e) ==
             static_cast<std::ptrdiff_t>(stage.held_classes[e]);
  return 100 * right / std::max(1.0, static_cast<double>(out.events));
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
  if (stage.target_feed != nullptr) stage.target_feed->set_order(&order);
  const double rate = stage.schedule.rate(place_.epoch);
  sums_.start(program.terms(), place_.batch > 0);
  for (; place_.batch < batches; ++place_.batch) {
    if (core::interrupted()) {
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
  if (recipe_.supervised)
    record("accuracy", accuracy(stage));
  else if (stage.evaluates)
    evaluate(stage);
  ++place_.epoch;
  place_.batch = 0;
  report.events_per_second = batches * static_cast<double>(stage.batch) / seconds;
  report.seconds_left = seconds * static_cast<double>(stage.epochs - place_.epoch);
  if (options_.on_epoch) options_.on_epoch(report);
}

std::vector<double> Trainer::scores_of(const Table& rows) {
  Stage& stage = recipe_.stage(recipe_.score.stage);
  stage.quantise();
  const Table out = stage.infer(stage.tensor(recipe_.score.tensor), rows, team_);
  const bool distance = recipe_.score.kind == Score::Kind::squared_distance;
  const TensorId to = distance ? stage.tensor(recipe_.score.other) : stage.feed->output;
  const Table made = to == stage.feed->output ? Table(0, 0) : stage.infer(to, rows, team_);
  const Table& other = to == stage.feed->output ? rows : made;
  const bool plain = recipe_.score.kind == Score::Kind::output;
  std::vector<double> scores(plain ? out.events * out.features : out.events, 0.0);
  for (std::size_t e = 0; e < out.events; ++e) {
    for (std::size_t k = 0; k < out.features; ++k) {
      const double x = static_cast<double>(out.row(e)[k]) - (distance ? static_cast<double>(other.row(e)[k]) : 0.0);
      if (plain)
        scores[e * out.features + k] = x;
      else
        scores[e] += x * x;
    }
  }
  return scores;
}

std::vector<double> Trainer::scores(const Table& rows) {
  Table copy(rows.features, rows.events);
  std::copy_n(rows.rows.data(), rows.events * rows.stride(), copy.rows.data());
  return scores_of(in_stage(recipe_.stage(recipe_.score.stage), std::move(copy)));
}

void Trainer::evaluate(const Stage&) {
  if (watched_[0].rows.events == 0) return;
  const Scored background{"", scores_of(watched_[0].rows), watched_[0].fired};
  const double threshold = pure_threshold(background, watched_rate_khz, evaluate::Crossings(recipe_.crossings_khz));
  for (std::size_t k = 1; k < watched_.size(); ++k) {
    const Efficiency e = efficiency({"", scores_of(watched_[k].rows), watched_[k].fired}, threshold);
    history_.append("raw-pure/" + watched_[k].name, e.raw);
    history_.append("pure-pure/" + watched_[k].name, e.pure);
  }
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
