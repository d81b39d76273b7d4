// What a training is told of itself after an epoch.
#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "train/mixture_score.hpp"
#include "train/trainer.hpp"

namespace trigloop::train {
namespace {

constexpr double watched_rate_khz = 1;

}  // namespace

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

std::vector<double> Trainer::scores_of(const Table& rows) {
  Stage& stage = recipe_.stage(recipe_.score.stage);
  stage.quantise();
  const Table out = stage.infer(stage.tensor(recipe_.score.tensor), rows, team_);
  if (recipe_.score.kind == Score::Kind::mixture) return mixture_scores(out);
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

std::vector<double> Trainer::mixture_scores(const Table& embeddings) {
  const MixtureScore score(recipe_.mixture.value());
  std::vector<double> scores(embeddings.events);
  constexpr std::size_t few = 1024;
  team_.run((scores.size() + few - 1) / few, [&](std::size_t part, unsigned) {
    for (std::size_t e = part * few; e < std::min(scores.size(), (part + 1) * few); ++e)
      scores[e] = score(embeddings.row(e));
  });
  return scores;
}

/// Rows that a mixture is fitted to.
Table Trainer::mixture_rows(const Stage& stage) {
  const MixtureFit& fit = recipe_.mixture_fit;
  Table rows = fit.compat ? file_.read("Background_data/Test", recipe_.data).rows : training_rows();
  const std::size_t wanted = fit.compat ? rows.events / 100 : fit.events == 0 ? rows.events : fit.events;
  if (wanted < rows.events) {
    const Permutation order(rows.events, fit.options.seed, 0);
    Table some(rows.features, wanted);
    for (std::uint32_t e = 0; e < wanted; ++e) std::copy_n(rows.row(order(e)), rows.stride(), some.row(e));
    rows = std::move(some);
  }
  return stage.infer(stage.tensor(recipe_.score.tensor), in_stage(stage, std::move(rows)), team_);
}

/// After all stages: the mixture, and what it does to the signals. It follows from the weights and the data, so a
/// checkpoint need not hold it.
void Trainer::fit_mixture() {
  Stage& stage = recipe_.stage(recipe_.score.stage);
  stage.quantise();
  const Table embeddings = mixture_rows(stage);
  recipe_.mixture = train::fit_mixture(embeddings, recipe_.mixture_fit.options, team_);
  history_.append("mixture_log_likelihood", mean_log_likelihood(*recipe_.mixture, embeddings, team_));
  stage.evaluates = true;
  watch_tests(stage);
  if (watched_[0].rows.events > 0) watch_signals();
}

std::vector<double> Trainer::scores(const Table& rows) {
  Table copy(rows.features, rows.events);
  std::copy_n(rows.rows.data(), rows.events * rows.stride(), copy.rows.data());
  return scores_of(in_stage(recipe_.stage(recipe_.score.stage), std::move(copy)));
}

/// Efficiencies of all signals.
void Trainer::watch_signals() {
  const Scored background{"", scores_of(watched_[0].rows), watched_[0].fired};
  const double threshold = pure_threshold(background, watched_rate_khz, evaluate::Crossings(recipe_.crossings_khz));
  for (std::size_t k = 1; k < watched_.size(); ++k) {
    const Efficiency e = efficiency({"", scores_of(watched_[k].rows), watched_[k].fired}, threshold);
    history_.append("raw-pure/" + watched_[k].name, e.raw);
    history_.append("pure-pure/" + watched_[k].name, e.pure);
  }
}

/// How far the estimates of a column are off, in its own units.
std::vector<Term> Trainer::residuals(const Stage& stage) {
  const std::vector<double> estimates = scores_of(watched_[0].rows);
  const double unit = stage.target(recipe_.score.target).unit, n = static_cast<double>(estimates.size());
  double sum = 0, squares = 0;
  for (std::size_t e = 0; e < estimates.size(); ++e) {
    const double away = estimates[e] * unit - static_cast<double>(watched_target_[e]);
    sum += away;
    squares += away * away;
  }
  return {{"residual_mean", sum / n}, {"residual_rms", std::sqrt(squares / n)}};
}

std::vector<Term> Trainer::evaluate(Stage& stage) {
  if (recipe_.supervised) return {{"accuracy", accuracy(stage)}};
  if (!stage.evaluates || recipe_.score.kind == Score::Kind::mixture || watched_[0].rows.events == 0) return {};
  if (!recipe_.score.target.empty() && stage.name == recipe_.score.stage) return residuals(stage);
  watch_signals();
  return {};
}

}  // namespace trigloop::train
