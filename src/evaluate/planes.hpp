#pragma once
// Scores against what else an event has - pile-up, HT, the momenta of its leading objects - as counts in two
// dimensions, filled while events stream by.
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "curate/batch.hpp"
#include "curate/settings.hpp"

namespace trigloop::evaluate {

struct Plane {
  std::string quantity, unit;         ///< "pile-up", ""; "leading jet pt", "GeV"
  std::vector<double> x_edges;        ///< an event below the first or above the last counts in the bin at that end
  std::vector<std::uint64_t> counts;  ///< [x][score]; the bins of scores are those of Planes
};

/// Belongs to one thread; sums are exact, so they do not depend on who filled what.
class Planes {
 public:
  /// One plane for each side that is there and for the two leading objects of each kind. `score_edges`: codes.
  Planes(const curate::Settings& settings, const curate::SideTypes& sides, std::vector<std::int64_t> score_edges);

  void fill(const curate::Batch& batch, std::span<const std::int32_t> codes);
  Planes& operator+=(const Planes& other);
  std::vector<Plane> take() && { return std::move(planes_); }

 private:
  struct Momentum {
    std::size_t plane, value;  ///< which value of an event
  };

  void add_side(curate::Side side, std::string quantity, std::string unit, std::vector<double> edges);
  void add(std::size_t plane, double x, std::size_t score_bin);

  curate::SideTypes types_;
  std::vector<std::int64_t> score_edges_;
  std::vector<Plane> planes_;
  std::vector<std::pair<curate::Side, std::size_t>> sides_;
  std::vector<Momentum> momenta_;
  std::size_t values_ = 0;  ///< of an event
  std::vector<std::size_t> score_bins_;
};

}  // namespace trigloop::evaluate
