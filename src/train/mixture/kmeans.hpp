#pragma once
// k-means: where a mixture begins. First centres by k-means++ (Arthur and Vassilvitskii): each is an event, drawn with
// a probability that grows with its squared distance from those before; then Lloyd's iterations.
#include <cstdint>
#include <vector>

#include "train/engine/feed.hpp"
#include "train/engine/team.hpp"

namespace trigloop::train {

struct Clusters {
  std::vector<double> centres;          ///< clusters x features
  std::vector<std::uint32_t> of_event;  ///< the nearest centre
};

/// A function of the rows and the seed alone. There must be more rows than clusters.
Clusters kmeans(const Table& rows, std::size_t clusters, std::uint64_t seed, Team& team);

}  // namespace trigloop::train
