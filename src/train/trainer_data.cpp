// What a training reads: rows as a stage's input, classes, targets, and what it is watched on.
#include <algorithm>

#include "core/error.hpp"
#include "curate/signal_sets.hpp"
#include "train/trainer.hpp"

namespace trigloop::train {

/// Rows of the data as the input of a stage: through the frozen part of the stages before.
Table Trainer::in_stage(const Stage& stage, Table rows) {
  if (stage.input == "data") return rows;
  const std::size_t dot = stage.input.find('.');
  Stage& earlier = recipe_.stage(stage.input.substr(0, dot));
  earlier.quantise();
  const Table inputs = in_stage(earlier, std::move(rows));
  return earlier.infer(earlier.tensor(stage.input.substr(dot + 1)), inputs, team_);
}

/// As many events of each older era as make their share, drawn without repetition by the seed alone; all of an era that
/// has fewer.
std::vector<Trainer::Draw> Trainer::draw_replay(std::size_t new_events) const {
  std::vector<Draw> draws;
  const double share = options_.replay_share, eras = static_cast<double>(options_.replay.size());
  const auto wanted = static_cast<std::size_t>(share / (1 - share) * static_cast<double>(new_events) / eras);
  for (std::size_t k = 0; k < options_.replay.size(); ++k) {
    Draw& draw = draws.emplace_back(Draw{options_.replay[k], {}});
    const std::size_t events = draw.file->events("Background_data/Train");
    if (events == 0) continue;
    const Permutation order(events, recipe_.stages.front()->seed, ~std::uint64_t{k});
    for (std::uint32_t e = 0; e < std::min(wanted, events); ++e) draw.events.push_back(order(e));
  }
  return draws;
}

/// Background to train on: the new events, then those of older eras. Never signals, of whatever role.
Table Trainer::training_rows() {
  Table rows = file_.read("Background_data/Train", recipe_.data).rows;
  const std::vector<Draw> draws = draw_replay(rows.events);
  std::size_t all = rows.events, next = rows.events;
  for (const Draw& draw : draws) all += draw.events.size();
  if (all == rows.events) return rows;
  Table mixed(rows.features, all);
  std::copy_n(rows.row(0), rows.events * rows.stride(), mixed.row(0));
  for (const Draw& draw : draws) {
    const Table old = draw.file->read("Background_data/Train", recipe_.data).rows;
    for (const std::uint32_t e : draw.events) std::copy_n(old.row(e), old.stride(), mixed.row(next++));
  }
  return mixed;
}

/// A column of the same events.
std::vector<float> Trainer::training_column(const std::string& column) {
  std::vector<float> values = file_.read_column("Background_data/Train", column);
  for (const Draw& draw : draw_replay(values.size())) {
    const std::vector<float> old = draw.file->read_column("Background_data/Train", column);
    for (const std::uint32_t e : draw.events) values.push_back(old.at(e));
  }
  return values;
}

void Trainer::begin_stage(Stage& stage) {
  const bool shares = stage.input == "data" && !recipe_.supervised && options_.replay.empty();
  const auto codes = shares ? file_.codes("Background_data/Train", recipe_.data) : nullptr;
  if (recipe_.supervised) {
    take_classes(stage);
  } else if (codes != nullptr) {
    stage.feed->take(codes);
  } else {
    stage.table = in_stage(stage, training_rows());
  }
  if (stage.table.events < stage.batch) {
    throw core::Error(core::ErrorCode::mismatch, "a batch has " + std::to_string(stage.batch) +
                                                     " events, but there are only " +
                                                     std::to_string(stage.table.events))
        .remedy("Make the batch smaller");
  }
  if (stage.input == "data" && codes == nullptr) stage.feed->compress(recipe_.data.step());
  take_targets(stage);
  watch_tests(stage);
}

/// Columns of the events that are trained on.
void Trainer::take_targets(Stage& stage) {
  for (const auto& target : stage.targets) {
    if (target->column.empty()) continue;
    const std::vector<float> values = training_column(target->column);
    if (values.size() != stage.table.events)
      throw core::Error(core::ErrorCode::mismatch, "'" + target->column + "' has another length than the events");
    target->table = Table(1, values.size());
    for (std::size_t e = 0; e < values.size(); ++e)
      target->table.row(e)[0] = static_cast<float>(static_cast<double>(values[e]) / target->unit);
  }
}

/// What is looked at after each epoch. Blind sets are not: nobody looks at them before the end.
void Trainer::watch_tests(const Stage& stage) {
  watched_.clear();
  if (!stage.evaluates || recipe_.supervised) return;
  watch(stage, "Background_data/Test", "background");
  if (!recipe_.score.target.empty()) {
    watched_target_ = file_.read_column("Background_data/Test", stage.target(recipe_.score.target).column);
    return;
  }
  for (const curate::SignalSet& set : curate::read_signal_sets(file_.path()))
    if (set.role != curate::Role::blind) watch(stage, "Signal_data/" + set.name, set.name);
}

void Trainer::watch(const Stage& stage, const std::string& table, const std::string& name) {
  Events events = file_.read(table, recipe_.data);
  watched_.push_back({name, in_stage(stage, std::move(events.rows)), std::move(events.fired)});
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
  stage.targets.front()->table = std::move(classes);
}

}  // namespace trigloop::train
