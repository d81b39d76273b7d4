#include "watch/pileup_proxy.hpp"

#include <algorithm>
#include <cmath>

namespace trigloop::watch {

std::optional<double> objects_an_event(const scout::InputHistograms& inputs) {
  double objects = 0;
  for (const char* name : {"Jet.count", "EG.count"}) {
    const auto found = std::ranges::find(inputs.names, name);
    if (found == inputs.names.end() || inputs.events == 0) return {};
    for (const auto& [number, events] : inputs.counts[static_cast<std::size_t>(found - inputs.names.begin())]) {
      objects += static_cast<double>(number) * static_cast<double>(events);
    }
  }
  return objects / static_cast<double>(inputs.events);
}

std::optional<PileUpProxy> fit_proxy(std::span<const double> objects, std::span<const double> pileup) {
  constexpr std::size_t least = 10;
  const auto n = static_cast<double>(objects.size());
  if (objects.size() < least) return {};
  double x = 0, y = 0, xx = 0, xy = 0, yy = 0;
  for (std::size_t i = 0; i < objects.size(); ++i) {
    x += objects[i] / n;
    y += pileup[i] / n;
  }
  for (std::size_t i = 0; i < objects.size(); ++i) {
    xx += (objects[i] - x) * (objects[i] - x);
    xy += (objects[i] - x) * (pileup[i] - y);
    yy += (pileup[i] - y) * (pileup[i] - y);
  }
  if (xx <= 0) return {};
  PileUpProxy proxy;
  proxy.slope = xy / xx;
  proxy.offset = y - proxy.slope * x;
  const double left = std::max(0.0, yy - proxy.slope * xy);
  proxy.error = std::sqrt(left / (n - 2));
  if (proxy.slope <= 0 || left > 0.25 * yy) return {};
  return proxy;
}

}  // namespace trigloop::watch
