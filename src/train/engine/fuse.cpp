#include "train/engine/fuse.hpp"

#include <algorithm>

#include "train/engine/program.hpp"
#include "train/nodes/dense_norm.hpp"
#include "train/nodes/normed_vicreg.hpp"

namespace trigloop::train {
namespace {

/// The one node that reads a node's output, if it is a T.
template <class T>
T* only_user(const Network& network, const Node& node) {
  Node* user = nullptr;
  for (const auto& other : network.nodes()) {
    for (const TensorId t : other->inputs) {
      if (t != node.output) continue;
      if (user != nullptr) return nullptr;
      user = other.get();
    }
  }
  return dynamic_cast<T*>(user);
}

}  // namespace

std::vector<Node*> fused(Network& network, std::vector<std::unique_ptr<Node>>& made) {
  std::vector<Node*> nodes;
  std::vector<const Node*> done;  // by a node before
  for (const auto& node : network.nodes()) {
    if (std::ranges::find(done, node.get()) != done.end()) continue;
    nodes.push_back(node.get());
    auto* dense = dynamic_cast<Dense*>(node.get());
    auto* norm = dense == nullptr ? nullptr : only_user<BatchNorm>(network, *dense);
    if (norm == nullptr) continue;
    const auto* vicreg = norm->relu() ? nullptr : only_user<Vicreg>(network, *norm);
    if (vicreg != nullptr) {
      made.push_back(std::make_unique<NormedVicreg>(*dense, *norm, *vicreg, network.parameters));
      done.push_back(vicreg);
    } else if (DenseNorm::pays(*dense)) {
      made.push_back(std::make_unique<DenseNorm>(*dense, *norm, network.parameters));
    } else {
      continue;
    }
    done.push_back(norm);
    nodes.back() = made.back().get();
  }
  return nodes;
}

}  // namespace trigloop::train
