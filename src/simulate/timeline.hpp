#pragma once
// The division of a scouting stream into blocks of orbits, known before any event is made.
#include <cstdint>
#include <vector>

#include "simulate/fill.hpp"
#include "simulate/scouting.hpp"

namespace trigloop::simulate {

struct OrbitBlock {
  std::uint32_t lumisection = 0;
  std::uint32_t first_orbit = 0, orbits = 0;
  std::uint64_t first_event = 0, events = 0;
};

class Timeline {
 public:
  /// Errors: usage, if options contradict each other or make no event.
  explicit Timeline(const ScoutingOptions& options);

  const std::vector<OrbitBlock>& blocks() const noexcept { return blocks_; }
  /// The crossings that are kept in the fill of that lumisection.
  const CrossingSampler& sampler(std::uint32_t lumisection) const noexcept;
  std::uint64_t events() const noexcept {
    return blocks_.empty() ? 0 : blocks_.back().first_event + blocks_.back().events;
  }

 private:
  void add_lumisection(const ScoutingOptions& options, std::uint32_t lumisection);
  void count_events(unsigned threads);
  void cut(std::uint64_t events);

  struct Fill {
    std::uint32_t from;  // lumisection
    CrossingSampler sampler;
  };
  std::vector<Fill> fills_;
  std::vector<OrbitBlock> blocks_;
};

}  // namespace trigloop::simulate
