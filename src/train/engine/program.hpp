#pragma once
// A network made ready to train: its nodes in order, cut into passes where a node needs a sum over the whole batch.
//
// A worker takes two blocks at a time through all nodes of a pass, forward or backward. A tensor that only one pass
// touches lives in the worker's own memory (arena.hpp), which stays in the cache; others are kept for the whole batch,
// unless their node is cheap: then each pass that needs them makes them again, from the node's input or from a smaller
// note that it took of itself. Gradients of weights are added up over the two blocks (a slot), and slot after slot at
// the end: the order never depends on who did what.
#include <functional>
#include <memory>
#include <vector>

#include "train/engine/team.hpp"
#include "train/nodes/node.hpp"

namespace trigloop::train {

/// Nodes in an order in which inputs come before their users. Tensors are numbered as they are made.
class Network {
 public:
  Parameters parameters;

  /// A tensor that a node fills as its output.
  TensorId add_tensor(std::size_t features);
  /// Appends a node whose inputs are set; makes its output. Error: mismatch, if features do not fit.
  template <class N>
  N& add(std::unique_ptr<N> node, std::vector<TensorId> inputs) {
    N& it = *node;
    append(std::move(node), std::move(inputs));
    return it;
  }
  const std::vector<std::unique_ptr<Node>>& nodes() const noexcept { return nodes_; }
  std::size_t features(TensorId tensor) const { return tensors_[tensor]; }
  std::size_t tensors() const noexcept { return tensors_.size(); }

 private:
  void append(std::unique_ptr<Node> node, std::vector<TensorId> inputs);

  std::vector<std::size_t> tensors_;
  std::vector<std::unique_ptr<Node>> nodes_;
};

class Arena;
class Use;

class Program {
 public:
  /// For batches of up to `events`. The network and the team must outlive it.
  Program(Network& network, std::size_t events, std::size_t views, Team& team);

  double gradient_scale = 1;  ///< of what `gradients` gives

  /// Loss and gradients of one batch. Error: internal, naming the node, if a number is not finite.
  double step(const Step& step);
  /// Of the last step: the mean over the batch, flat as Parameters.
  const float* gradients() const noexcept { return gradients_.data(); }
  /// Terms of all losses in the last step.
  std::vector<Term> terms() const;
  /// Of products in a step, an event.
  std::size_t multiply_adds() const;

 private:
  enum class Phase : std::uint8_t { gather, forward, again, gather_gradient, backward };
  struct Operation {
    Node* node;
    Phase phase;
    bool reads_inputs() const { return !node->notes || phase == Phase::forward; }
  };
  struct Pass {
    std::vector<Operation> operations;
    Node* merge = nullptr;  ///< after the pass, if there is one
    bool merges_gradient = false;
  };
  using Places = std::vector<std::vector<Place>>;  ///< of each worker, then of each tensor
  /// A tensor that is to stand in an arena.
  struct Stored {
    Places* places;
    TensorId tensor;
    std::size_t thing;
  };

  float* slot_gradients() noexcept { return memory_.data(); }
  void cut_into_passes();
  void choose_who_notes();
  void run_cheap_ones_again();
  void decide_gradients();
  void find_uses(std::vector<Use>& values, std::vector<Use>& gradients) const;
  void place_tensors();
  void lay_out(const std::vector<Stored>& kept, Arena& of_block, const std::vector<Stored>& shared, Arena& of_worker);
  void run(const Pass& pass, const Step& step);
  void run_block(const Pass& pass, Work& work) const;
  void decide_slots();
  void reduce(const Step& step);
  std::string find_not_finite() const;

  Network& network_;
  Team& team_;
  std::size_t blocks_, views_;
  std::vector<std::unique_ptr<Node>> made_;  ///< by fusion
  std::vector<Node*> nodes_;
  std::vector<Pass> passes_;
  Places values_, tensor_gradients_;
  Floats memory_;                ///< slots, tensors of all blocks, then the workers' own and their scratch
  std::vector<float*> scratch_;  ///< of each worker
  std::vector<char> has_slots_;  ///< of each parameter: more than the first
  Floats gradients_;
};

}  // namespace trigloop::train
