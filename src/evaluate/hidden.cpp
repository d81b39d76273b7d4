#include "evaluate/hidden.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace trigloop::evaluate {
namespace {

using model::Graph;
using model::NodeIndex;

template <class Operation>
bool is(const Graph& graph, NodeIndex at) {
  return std::holds_alternative<Operation>(graph[at].operation);
}

/// From `at` back over roundings, which do not change what a vector means.
NodeIndex behind_roundings(const Graph& graph, NodeIndex at) {
  while (is<model::Quantise>(graph, at)) at = graph[at].inputs[0];
  return at;
}

bool squares(const Graph& graph, NodeIndex at) {
  const auto& inputs = graph[at].inputs;
  return (is<model::Dot>(graph, at) || is<model::Multiply>(graph, at)) &&
         (inputs.size() == 1 || inputs[0] == inputs[1]);
}

constexpr int rebuilt_bins = 40;

std::vector<std::uint64_t> counts_in(const std::vector<double>& edges, std::span<const double> rows,
                                     std::size_t features, std::size_t feature) {
  std::vector<std::uint64_t> counts(edges.size() - 1);
  for (std::size_t i = feature; i < rows.size(); i += features) {
    const auto above = std::ranges::upper_bound(edges, rows[i]) - edges.begin();
    ++counts[static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(above, 1, std::ssize(edges) - 1) - 1)];
  }
  return counts;
}

std::vector<double> common_edges(const Hidden& hidden, std::size_t feature) {
  double low = std::numeric_limits<double>::infinity(), high = -low;
  for (const auto* rows : {&hidden.values, &hidden.rebuilt}) {
    for (std::size_t i = feature; i < rows->size(); i += hidden.features) {
      low = std::min(low, (*rows)[i]);
      high = std::max(high, (*rows)[i]);
    }
  }
  if (high <= low) high = low + 1;
  std::vector<double> edges;
  for (int i = 0; i <= rebuilt_bins; ++i) edges.push_back(low + (high - low) * i / rebuilt_bins);
  return edges;
}

/// Rotates rows and columns p and q of a symmetric matrix so that its element there vanishes (Jacobi, 1846).
void rotate(std::vector<double>& m, std::vector<double>& vectors, std::size_t n, std::size_t p, std::size_t q) {
  if (m[p * n + q] == 0) return;
  const double theta = (m[q * n + q] - m[p * n + p]) / (2 * m[p * n + q]);
  const double t = (theta < 0 ? -1 : 1) / (std::abs(theta) + std::hypot(theta, 1));
  const double c = 1 / std::hypot(t, 1), s = t * c;
  const auto mix = [&](double& a, double& b) {
    const double x = a, y = b;
    a = c * x - s * y;
    b = s * x + c * y;
  };
  for (std::size_t k = 0; k < n; ++k) mix(m[k * n + p], m[k * n + q]);
  for (std::size_t k = 0; k < n; ++k) mix(m[p * n + k], m[q * n + k]);
  for (std::size_t k = 0; k < n; ++k) mix(vectors[k * n + p], vectors[k * n + q]);
}

std::vector<double> covariance(std::span<const double> rows, std::size_t features, const std::vector<double>& mean) {
  std::vector<double> m(features * features);
  for (std::size_t row = 0; row < rows.size(); row += features) {
    for (std::size_t a = 0; a < features; ++a) {
      for (std::size_t b = 0; b < features; ++b)
        m[a * features + b] += (rows[row + a] - mean[a]) * (rows[row + b] - mean[b]);
    }
  }
  return m;
}

}  // namespace

std::optional<HiddenNodes> find_hidden(const Graph& graph) {
  NodeIndex at = graph.nodes().size() - 1;
  while (!squares(graph, at)) {
    const bool passes =
        is<model::Quantise>(graph, at) || is<model::MulConstant>(graph, at) || is<model::Sum>(graph, at);
    if (!passes) return std::nullopt;
    at = graph[at].inputs[0];
  }
  const NodeIndex squared = graph[at].inputs[0], difference = behind_roundings(graph, squared);
  if (!is<model::Subtract>(graph, difference)) return HiddenNodes{squared, std::nullopt};
  return HiddenNodes{graph[difference].inputs[1], graph[difference].inputs[0]};
}

Hidden read_hidden(const score::Scorer& scorer, std::span<const std::int16_t> events) {
  Hidden hidden;
  const auto nodes = find_hidden(scorer.graph());
  if (!nodes) return hidden;
  hidden.tensor = scorer.graph()[nodes->vector].name;
  hidden.features = scorer.graph()[nodes->vector].output.features();
  auto state = scorer.make_state();
  std::vector<double> event(scorer.features()), vector(hidden.features);
  const auto append = [&](model::NodeIndex node, std::vector<double>& out) {
    scorer.node_values(state, node, vector);
    out.insert(out.end(), vector.begin(), vector.end());
  };
  for (std::size_t at = 0; at + event.size() <= events.size(); at += event.size()) {
    std::copy_n(events.begin() + static_cast<std::ptrdiff_t>(at), event.size(), event.begin());
    scorer.run_one(event, state);
    append(nodes->vector, hidden.values);
    if (nodes->rebuilt) append(*nodes->rebuilt, hidden.rebuilt);
    double score = 0;
    scorer.node_values(state, scorer.graph().nodes().size() - 1, std::span(&score, 1));
    hidden.scores.push_back(score);
  }
  return hidden;
}

Components principal_components(std::span<const double> rows, std::size_t features) {
  Components out;
  if (features == 0 || rows.empty()) return out;
  const auto events = static_cast<double>(rows.size() / features);
  out.mean.resize(features);
  for (std::size_t i = 0; i < rows.size(); ++i) out.mean[i % features] += rows[i];
  for (double& mean : out.mean) mean /= events;
  std::vector<double> m = covariance(rows, features, out.mean), vectors(features * features);
  for (std::size_t k = 0; k < features; ++k) vectors[k * features + k] = 1;
  // Each sweep squares what is left beside the diagonal; ten are plenty for any matrix of doubles.
  for (int sweep = 0; sweep < 10; ++sweep) {
    for (std::size_t p = 0; p < features; ++p) {
      for (std::size_t q = p + 1; q < features; ++q) rotate(m, vectors, features, p, q);
    }
  }
  std::vector<std::size_t> order(features);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order,
                           [&](std::size_t a, std::size_t b) { return m[a * features + a] > m[b * features + b]; });
  double total = 0;
  for (std::size_t k = 0; k < features; ++k) total += m[k * features + k];
  for (const std::size_t k : order) {
    std::vector<double>& direction = out.directions.emplace_back();
    for (std::size_t i = 0; i < features; ++i) direction.push_back(vectors[i * features + k]);
    const auto greatest = std::ranges::max_element(direction, {}, [](double v) { return std::abs(v); });
    if (*greatest < 0) std::ranges::transform(direction, direction.begin(), std::negate());
    out.explained.push_back(total > 0 ? m[k * features + k] / total : 0);
  }
  return out;
}

std::vector<Rebuilt> compare_rebuilt(const std::string& sample, const Hidden& hidden) {
  std::vector<Rebuilt> all;
  if (hidden.rebuilt.empty()) return all;
  const auto n = static_cast<double>(hidden.events());
  for (std::size_t f = 0; f < hidden.features; ++f) {
    Rebuilt r{sample, f, common_edges(hidden, f), {}, {}, 0, 0, 0};
    r.input = counts_in(r.edges, hidden.values, hidden.features, f);
    r.rebuilt = counts_in(r.edges, hidden.rebuilt, hidden.features, f);
    double x = 0, y = 0, xx = 0, yy = 0, xy = 0;
    for (std::size_t i = f; i < hidden.values.size(); i += hidden.features) {
      const double a = hidden.values[i], b = hidden.rebuilt[i];
      x += a / n, y += b / n, xx += a * a / n, yy += b * b / n, xy += a * b / n;
    }
    r.bias = y - x;
    r.rms = std::sqrt(std::max(0.0, xx - 2 * xy + yy));
    const double variances = (xx - x * x) * (yy - y * y);
    r.correlation = variances > 0 ? (xy - x * y) / std::sqrt(variances) : std::numeric_limits<double>::quiet_NaN();
    all.push_back(std::move(r));
  }
  return all;
}

}  // namespace trigloop::evaluate
