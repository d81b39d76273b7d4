#include "app/score/read_spectrum.hpp"

#include "core/error.hpp"
#include "score/spectrum_file.hpp"
#include "scout/history/history.hpp"
#include "scout/history/places.hpp"

namespace trigloop::app {

score::Spectrum read_spectrum(const std::string& path, scout::Events events, const std::string& model) {
  if (scout::holds_records(path))
    return scout::read_history(scout::find_records({path}, model), scout::few_slices).sum(events);
  if (!model.empty()) {
    throw core::Error(core::ErrorCode::usage, "only records of scouting tell models apart (--of)").file(path);
  }
  if (events != scout::Events::all) {
    throw core::Error(core::ErrorCode::usage, "only records of scouting tell pure and non-colliding events apart")
        .file(path);
  }
  return score::read_spectrum(path);
}

}  // namespace trigloop::app
