#pragma once
// What made an event strange: the score that is left when one of its objects is taken away, that is, when its features
// are zero, as for an object that is not there. The others keep their places.
#include <string>
#include <vector>

#include "report/scout/objects.hpp"
#include "score/scorer.hpp"

namespace trigloop::report::scouting {

struct Removal {
  Object object;
  double score = 0;  ///< without it
};

struct Explanation {
  double score = 0;               ///< of the whole event
  std::vector<Removal> removals;  ///< of the objects that the model sees; what lowers the score most comes first
};

/// Error: mismatch, if the model does not give the score with which the event was kept (`expected`): it is another one.
Explanation explain(const ObjectReader& reader, const score::Scorer& scorer, const scout::TailEvent& event,
                    double expected);

}  // namespace trigloop::report::scouting
