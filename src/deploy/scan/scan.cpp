#include "deploy/scan/scan.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "core/quantiser.hpp"
#include "model/describe.hpp"

namespace trigloop::deploy {
namespace {

using core::FixedPoint, core::Overflow, core::Rounding;
using model::Constants, model::Graph, model::NodeIndex;

Constants narrowed(const Constants& weights, int bits) {
  std::int64_t largest = 0;
  for (const std::int64_t code : weights.codes) largest = std::max(largest, code < 0 ? -code : code);
  const int drop = model::bits_of({0, largest}) - bits;
  if (drop <= 0) return weights;
  Constants result{{}, weights.fraction - drop};
  const FixedPoint type{bits, bits - result.fraction, true, Rounding::half_even, Overflow::symmetric};
  for (const std::int64_t code : weights.codes)
    result.codes.push_back(static_cast<std::int64_t>(core::quantise(code, weights.fraction, type)));
  return result;
}

}  // namespace

Graph requantised(const Graph& graph, int weight_bits, int activation_bits) {
  for (const int bits : {weight_bits, activation_bits})
    if (bits != 0 && bits < 2)
      throw core::Error(core::ErrorCode::usage, "numbers of " + std::to_string(bits) + " bits are none");
  Graph result;
  result.name = graph.name;
  bool behind_dense = false;
  for (NodeIndex n = 0; n < graph.nodes().size(); ++n) {
    model::Operation operation = graph[n].operation;
    if (auto* dense = std::get_if<model::Dense>(&operation)) {
      behind_dense = true;
      if (weight_bits != 0) dense->weights = narrowed(dense->weights, weight_bits);
    }
    auto* quantise = std::get_if<model::Quantise>(&operation);
    if (quantise != nullptr && behind_dense && activation_bits != 0 && n + 1 < graph.nodes().size())
      for (FixedPoint& type : quantise->types) type.width = std::min(type.width, activation_bits);
    result.add(graph[n].name, std::move(operation), graph[n].inputs);
  }
  return result;
}

std::uint64_t effective_bit_operations(const Graph& graph) {
  std::uint64_t sum = 0;
  for (NodeIndex n = 0; n < graph.nodes().size(); ++n) sum += model::effective_bit_operations(graph, n);
  return sum;
}

void mark_best(std::vector<ScanPoint>& points) {
  const bool by_adders = std::ranges::all_of(points, [](const ScanPoint& p) { return p.adders > 0; });
  const auto cost = [&](const ScanPoint& p) { return by_adders ? p.adders : p.ebops; };
  for (ScanPoint& point : points)
    point.is_best = std::ranges::none_of(points, [&](const ScanPoint& other) {
      return cost(other) <= cost(point) && other.efficiency >= point.efficiency &&
             (cost(other) < cost(point) || other.efficiency > point.efficiency);
    });
}

}  // namespace trigloop::deploy
