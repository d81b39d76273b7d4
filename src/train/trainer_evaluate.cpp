// What a training is told of itself after an epoch.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/error.hpp"
#include "train/mixture/mixture_score.hpp"
#include "train/trainer.hpp"

namespace trigloop::train {
namespace {

constexpr double watched_rate_khz = 1;

/// Groups of columns of watched signals: the package's, then one a raw rate.
std::vector<std::string> watched_groups(const Recipe& recipe) {
  std::vector<std::string> groups{"raw-pure/", "pure-pure/"};
  for (const double khz : recipe.watched_khz) groups.push_back(fmt::format("raw-raw@{:g}/", khz));
  return groups;
}

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

namespace {

/// An event's sum of squares of x - other, or of x alone, in double precision, feature after feature.
void sum_squares(const float* x, const float* other, std::size_t features, std::size_t rows, double* out) {
  std::fill_n(out, rows, 0.0);
  for (std::size_t j = 0; j < features; ++j) {
    const float* of = x + j * feature_stride;
    for (std::size_t r = 0; r < rows; ++r) {
      const double away =
          static_cast<double>(of[r]) - (other == nullptr ? 0.0 : static_cast<double>(other[j * feature_stride + r]));
      out[r] += away * away;
    }
  }
}

}  // namespace

std::vector<double> Trainer::scores_of(const Table& rows) {
  Stage& stage = recipe_.stage(recipe_.score.stage);
  stage.quantise();
  const TensorId tensor = stage.tensor(recipe_.score.tensor);
  if (recipe_.score.kind == Score::Kind::mixture) return mixture_scores(stage.infer(tensor, rows, team_));
  const std::size_t features = stage.network.features(tensor);
  const bool distance = recipe_.score.kind == Score::Kind::squared_distance;
  const bool plain = recipe_.score.kind == Score::Kind::output;
  const TensorId to = distance ? stage.tensor(recipe_.score.other) : stage.feed->output;
  const bool to_input = to == stage.feed->output;
  const Table made = to_input ? Table(0, 0) : stage.infer(to, rows, team_);
  std::vector<double> scores(plain ? rows.events * features : rows.events);
  stage.visit(tensor, rows, team_, [&](std::size_t first, std::size_t count, const float* in, const float* x) {
    if (!plain && to_input) return sum_squares(x, distance ? in : nullptr, features, count, scores.data() + first);
    for (std::size_t r = 0; r < count; ++r) {
      for (std::size_t j = 0; j < features; ++j) {
        const double value = static_cast<double>(x[j * feature_stride + r]);
        if (plain)
          scores[(first + r) * features + j] = value;
        else
          scores[first + r] += std::pow(value - static_cast<double>(made.row(first + r)[j]), 2);
      }
    }
  });
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
  const evaluate::Crossings crossings(recipe_.crossings_khz);
  const double pure = pure_threshold(background, watched_rate_khz, crossings);
  std::vector<double> raw;
  for (const double khz : recipe_.watched_khz)
    raw.push_back(threshold(background, evaluate::Kind::raw, khz, crossings));
  const std::vector<std::string> groups = watched_groups(recipe_);
  for (std::size_t k = 1; k < watched_.size(); ++k) {
    const Scored signal{"", scores_of(watched_[k].rows), watched_[k].fired};
    const Efficiency e = efficiency(signal, pure);
    history_.append(groups[0] + watched_[k].name, e.raw);
    history_.append(groups[1] + watched_[k].name, e.pure);
    for (std::size_t r = 0; r < raw.size(); ++r)
      history_.append(groups[2 + r] + watched_[k].name, efficiency(signal, raw[r]).raw);
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
  const bool is_last = place_.epoch + 1 == stage.epochs;
  if (is_last || (place_.epoch + 1) % std::max<std::int64_t>(1, options_.evaluate_every) == 0)
    watch_signals();
  else
    for (std::size_t k = 1; k < watched_.size(); ++k)
      for (const std::string& group : watched_groups(recipe_))
        history_.append(group + watched_[k].name, std::numeric_limits<double>::quiet_NaN());
  return {};
}

}  // namespace trigloop::train
