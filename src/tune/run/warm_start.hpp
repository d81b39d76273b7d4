#pragma once
// A study that begins with what earlier ones found: their best trials wait in it, as Optuna's enqueue_trial puts them
// there, and are run anew. Their values are not taken over: they were measured on other data, or for other epochs, and
// a sampler that believed them would look where the past was good. Spaces may differ: what does not fit is left to the
// sampler.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tune/search/space.hpp"
#include "tune/storage/storage.hpp"

namespace trigloop::tune {

/// User attribute of a trial that came so: {"study": ORIGIN, "trial": NUMBER}.
inline constexpr const char* warm_start_key = "trigloop:warm_start";

/// A trial of an earlier study as its training saw it: names, and values as JSON texts.
struct EarlierTrial {
  std::int64_t number = 0;
  std::vector<std::pair<std::string, std::string>> parameters;
};

/// The best complete trials, best first; of several objectives front by front.
std::vector<EarlierTrial> earlier_trials(const History& history, std::size_t most);
/// The same from the JSON of `trials_json`. Error: damaged.
std::vector<EarlierTrial> earlier_trials(std::string_view trials_json, std::size_t most);

struct EarlierStudy {
  std::string origin;  ///< a file, or the id of an artefact
  std::vector<EarlierTrial> trials;
};

/// Puts the trials into a study that has none yet (else nothing is done: it was begun before), each point once and no
/// more than `wanted`. Returns what was left out, in words.
std::vector<std::string> warm_start(Storage& storage, const Space& space, const std::vector<EarlierStudy>& earlier,
                                    std::int64_t wanted);

/// The origins of a study's warm start.
std::vector<std::string> warm_origins(const History& history);

/// The internal value of a JSON text, if it is one of the distribution's.
std::optional<double> internal_of_json(const Distribution& distribution, std::string_view json);

}  // namespace trigloop::tune
