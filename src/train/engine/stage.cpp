#include "train/engine/stage.hpp"

#include <algorithm>
#include <utility>

#include "core/error.hpp"
#include "core/text.hpp"
#include "train/nodes/layers.hpp"

namespace trigloop::train {

TensorId Stage::tensor(const std::string& tensor_name) const {
  if (const auto found = tensors.find(tensor_name); found != tensors.end()) return found->second;
  std::vector<std::string> names;
  for (const auto& [known, id] : tensors) names.push_back(known);
  core::Error error(core::ErrorCode::usage, "stage '" + name + "' has no tensor '" + tensor_name + "'");
  if (const std::string near = core::nearest(tensor_name, names); !near.empty())
    error.remedy("Did you mean '" + near + "'?");
  throw error;
}

const Target& Stage::target(const std::string& target_name) const {
  for (const auto& target : targets)
    if (target->name == target_name) return *target;
  throw core::Error(core::ErrorCode::usage, "stage '" + name + "' has no target '" + target_name + "'");
}

std::vector<const Node*> Stage::path_to(TensorId tensor) const {
  std::vector<const Node*> path;
  while (tensor != feed->output) {
    const auto& nodes = network.nodes();
    const auto maker = std::ranges::find_if(nodes, [&](const auto& node) { return node->output == tensor; });
    if (dynamic_cast<const Sample*>(maker->get()) == nullptr) path.push_back(maker->get());
    tensor = (*maker)->inputs[0];
  }
  std::ranges::reverse(path);
  return path;
}

void Stage::visit(TensorId tensor, const Table& in, Team& team, const BlockVisitor& visitor) const {
  const std::vector<const Node*> path = path_to(tensor);
  std::size_t widest = in.features;
  for (const Node* node : path) widest = std::max(widest, node->features);
  std::vector<Floats> scratch(3 * team.threads());
  for (Floats& each : scratch) make_zeros(each, feature_stride * widest);
  team.run((in.events + block_events - 1) / block_events, [&](std::size_t block, unsigned worker) {
    const std::size_t first = block * block_events, rows = std::min(block_events, in.events - first);
    const float* events[block_events];
    for (std::size_t r = 0; r < rows; ++r) events[r] = in.row(first + r);
    float* turned = scratch[3 * worker].data();
    float *x = turned, *y = scratch[3 * worker + 1].data(), *spare = scratch[3 * worker + 2].data();
    kernel::gather(events, {in.features, rows}, turned);
    for (const Node* node : path) {
      node->infer(x, y, rows);
      x = std::exchange(y, x == turned ? spare : x);
    }
    visitor(first, rows, turned, x);
  });
}

Table Stage::infer(TensorId tensor, const Table& in, Team& team) const {
  Table out(network.features(tensor), in.events);
  visit(tensor, in, team, [&](std::size_t first, std::size_t rows, const float*, const float* x) {
    kernel::scatter(x, {out.features, rows}, out.row(first));
  });
  return out;
}

void Stage::quantise() {
  for (const auto& node : network.nodes())
    if (auto* dense = dynamic_cast<Dense*>(node.get())) dense->quantise();
}

}  // namespace trigloop::train
