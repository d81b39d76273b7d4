#include "report/scout/removal.hpp"

#include <algorithm>

#include "core/error.hpp"

namespace trigloop::report::scouting {

Explanation explain(const ObjectReader& reader, const score::Scorer& scorer, const scout::TailEvent& event,
                    double expected) {
  const std::vector<std::int16_t> whole = reader.features(event);
  if (whole.size() != scorer.features()) {
    throw core::Error(core::ErrorCode::mismatch, "the model has " + std::to_string(scorer.features()) +
                                                     " features, the layout " + std::to_string(whole.size()));
  }
  Explanation explanation;
  for (Object& object : reader.objects(event)) {
    if (!object.features.empty()) explanation.removals.push_back({std::move(object), 0});
  }
  std::vector<std::int16_t> rows = whole;
  for (const Removal& removal : explanation.removals) {
    rows.insert(rows.end(), whole.begin(), whole.end());
    for (const std::uint32_t feature : removal.object.features) rows[rows.size() - whole.size() + feature] = 0;
  }
  std::vector<double> scores(1 + explanation.removals.size());
  score::Scorer::State state = scorer.make_state();
  scorer.run(std::span<const std::int16_t>(rows), scores, state);
  if (scores[0] != expected) {
    throw core::Error(core::ErrorCode::mismatch, "the model gives this event " + std::to_string(scores[0]) +
                                                     "; it was kept with " + std::to_string(expected))
        .remedy("Give the model with which the stream was scored");
  }
  explanation.score = scores[0];
  for (std::size_t i = 0; i < explanation.removals.size(); ++i) explanation.removals[i].score = scores[i + 1];
  std::ranges::stable_sort(explanation.removals, {}, &Removal::score);
  return explanation;
}

}  // namespace trigloop::report::scouting
