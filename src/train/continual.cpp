#include "train/continual.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.hpp"
#include "curate/signal_sets.hpp"
#include "evaluate/thresholds.hpp"
#include "model/normalisation.hpp"

namespace trigloop::train {
namespace {

constexpr double rates_khz[] = {0.05, 1};

/// A set as both models score it.
struct Pair {
  std::string name;
  std::vector<std::int64_t> before, after;
  std::vector<std::uint8_t> fired;

  bool is_pure(std::size_t e) const { return fired.empty() || fired[e] == 0; }
};

std::vector<std::int64_t> codes_of(const ModelOnEras& model, const PackedFile& file, const std::string& table,
                                   std::vector<std::uint8_t>* fired) {
  Events events = file.read(table, model.recipe->data);
  std::vector<std::int64_t> codes;
  for (const double score : model.trainer->scores(events.rows)) codes.push_back(score_code(score));
  if (fired != nullptr) *fired = std::move(events.fired);
  return codes;
}

Pair score(const ModelOnEras& before, const ModelOnEras& after, std::size_t era, const std::string& table,
           const std::string& name) {
  Pair pair{name, {}, {}, {}};
  pair.before = codes_of(before, *before.eras[era], table, nullptr);
  pair.after = codes_of(after, *after.eras[era], table, &pair.fired);
  return pair;
}

std::int64_t threshold_of(const Pair& background, const std::vector<std::int64_t>& codes, double rate_khz,
                          const evaluate::Crossings& crossings) {
  const core::FixedPoint type = model::score_type();
  const auto low = static_cast<std::int64_t>(type.min_code()), high = static_cast<std::int64_t>(type.max_code());
  evaluate::Scores scores{{type.fraction(), low, high}, {type.fraction(), low, high}};
  for (std::size_t e = 0; e < codes.size(); ++e) {
    scores.all.count(codes[e], 1);
    if (background.is_pure(e)) scores.pure.count(codes[e], 1);
  }
  return evaluate::firmware_threshold(evaluate::Ranks(scores), crossings, evaluate::Kind::pure, rate_khz).code;
}

Compared compare(const Pair& set, std::int64_t before, std::int64_t after) {
  std::uint64_t first = 0, second = 0, both = 0;
  for (std::size_t e = 0; e < set.before.size(); ++e) {
    const bool a = set.before[e] >= before && set.is_pure(e), b = set.after[e] >= after && set.is_pure(e);
    first += a;
    second += b;
    both += a && b;
  }
  const std::uint64_t all = set.before.size();
  return {set.name, evaluate::proportion(first, all), evaluate::proportion(second, all),
          evaluate::proportion(both, first)};
}

std::string percent(const evaluate::Proportion& p) {
  if (p.total == 0) return "no event";
  return fmt::format("{:.3g} % [{:.3g}, {:.3g}]", 100 * p.value(), 100 * p.low, 100 * p.high);
}

void write(core::JsonWriter& json, const char* key, const evaluate::Proportion& p) {
  json.key(key).begin_object().member("events", p.count).member("of", p.total);
  if (p.total > 0) json.member("share", p.value()).member("low", p.low).member("high", p.high);
  json.end_object();
}

}  // namespace

std::vector<Era> compare_on_eras(const ModelOnEras& before, const ModelOnEras& after) {
  if (after.recipe->score.kind == Score::Kind::output)
    throw core::Error(core::ErrorCode::unsupported, "a recipe whose score is an output selects no events to compare");
  const evaluate::Crossings crossings(after.recipe->crossings_khz);
  std::vector<Era> eras;
  for (std::size_t k = 0; k < after.eras.size(); ++k) {
    const PackedFile& file = *after.eras[k];
    std::vector<Pair> sets{score(before, after, k, "Background_data/Test", "background")};
    for (const curate::SignalSet& set : curate::read_signal_sets(file.path()))
      if (set.role != curate::Role::blind) sets.push_back(score(before, after, k, "Signal_data/" + set.name, set.name));
    Era& era = eras.emplace_back(Era{file.path().native(), k == 0, sets[0].before.size(), crossings.khz(), {}});
    for (const double rate : rates_khz) {
      ComparedRate& at = era.rates.emplace_back();
      at.rate_khz = rate;
      at.before = threshold_of(sets[0], sets[0].before, rate, crossings);
      at.after = threshold_of(sets[0], sets[0].after, rate, crossings);
      for (const Pair& set : sets) at.sets.push_back(compare(set, at.before, at.after));
    }
  }
  return eras;
}

std::string as_text(std::span<const Era> eras) {
  std::string text;
  for (const Era& era : eras) {
    text += fmt::format("{} ({}, {} background events)\n", era.path, era.is_new ? "new" : "replayed", era.events);
    for (const ComparedRate& at : era.rates) {
      text += fmt::format("  at {} Hz pure: code >= {} before, >= {} after\n", 1000 * at.rate_khz, at.before, at.after);
      text += fmt::format("    {:<26} {:<28} {:<28} {}\n", "events taken", "before", "after",
                          "of those before, also after");
      for (const Compared& set : at.sets)
        text += fmt::format("    {:<26} {:<28} {:<28} {}\n", set.set, percent(set.before), percent(set.after),
                            percent(set.kept));
      const double one = era.crossings_khz / at.rate_khz;
      if (static_cast<double>(era.events) < one)
        text += fmt::format("    too few background events: one at this rate needs {:.0f}\n", one);
    }
  }
  return text;
}

void write_json(core::JsonWriter& json, std::span<const Era> eras) {
  json.begin_array();
  for (const Era& era : eras) {
    json.begin_object().member("path", era.path).member("new", era.is_new).member("background_events", era.events);
    json.key("rates").begin_array();
    for (const ComparedRate& at : era.rates) {
      json.begin_object().member("pure_khz", at.rate_khz).member("threshold_before", at.before);
      json.member("threshold_after", at.after).key("sets").begin_array();
      for (const Compared& set : at.sets) {
        json.begin_object().member("name", set.set);
        write(json, "before", set.before);
        write(json, "after", set.after);
        write(json, "kept", set.kept);
        json.member("forgotten", set.before.value() - set.after.value()).end_object();
      }
      json.end_array().end_object();
    }
    json.end_array().end_object();
  }
  json.end_array();
}

}  // namespace trigloop::train
