#pragma once
// Which nodes of a network train as one. A recipe does not know of it, and nothing that is exported or checkpointed
// changes: the nodes in the network keep their parameters, others work on them.
#include <memory>
#include <vector>

namespace trigloop::train {

class Network;
class Node;

/// The nodes to run in place of the network's, in order; those that are new are put into `made`.
std::vector<Node*> fused(Network& network, std::vector<std::unique_ptr<Node>>& made);

}  // namespace trigloop::train
