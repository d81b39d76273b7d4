#pragma once
// What `trigloop report --pack` does.
#include <cstdint>
#include <string>
#include <vector>

#include "bundle/bundle.hpp"

namespace trigloop::app {

struct PackOptions {
  std::string folder, background, signals, config, menu;
  std::vector<double> rates;
  double bc_khz = 0;            ///< 0: the configuration's
  std::size_t events = 20'000;  ///< of each sample whose objects are packed, to be scored again
};

/// Evaluates the bundle's model on the given events and writes the pack; returns its size in bytes.
std::uint64_t write_pack(const bundle::Bundle& bundle, const PackOptions& options);

}  // namespace trigloop::app
