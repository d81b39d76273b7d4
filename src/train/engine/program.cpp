#include "train/engine/program.hpp"

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "train/engine/arena.hpp"
#include "train/engine/fuse.hpp"

namespace trigloop::train {
TensorId Network::add_tensor(std::size_t features) {
  tensors_.push_back(features);
  return tensors_.size() - 1;
}

void Network::append(std::unique_ptr<Node> node, std::vector<TensorId> inputs) {
  if (!inputs.empty() && features(inputs[0]) != node->in_features) {
    throw core::Error(core::ErrorCode::mismatch, "takes " + std::to_string(node->in_features) + " features, but gets " +
                                                     std::to_string(features(inputs[0])))
        .in("'" + node->name + "'");
  }
  node->inputs = std::move(inputs);
  node->output = add_tensor(node->makes_output ? node->features : 0);
  nodes_.push_back(std::move(node));
}

Program::Program(Network& network, std::size_t events, std::size_t views, Team& team)
    : network_(network), team_(team), blocks_((events + block_events - 1) / block_events), views_(views) {
  kernel::require_fused_arithmetic();
  nodes_ = fused(network_, made_);
  cut_into_passes();
  choose_who_notes();
  for (Node* node : nodes_) node->resize(blocks_, views_);
  decide_gradients();
  decide_slots();
  run_cheap_ones_again();
  place_tensors();
  make_zeros(gradients_, network_.parameters.size());
}

/// A gradient is wanted of what has parameters before it. The last user in the order writes, as its backward comes
/// first; the others add.
void Program::decide_gradients() {
  std::vector<char> reached(network_.tensors(), 0), written(network_.tensors(), 0);
  std::vector<char> trains(nodes_.size(), 0);
  for (std::size_t n = 0; n < nodes_.size(); ++n) {
    Node& node = *nodes_[n];
    bool has_parameters = false;
    for (const Parameter& p : network_.parameters.list()) has_parameters |= p.name.starts_with(node.name + "/");
    for (const TensorId t : node.inputs) has_parameters |= reached[t] != 0;
    reached[node.output] = has_parameters;
    trains[n] = has_parameters;
  }
  for (std::size_t n = nodes_.size(); n-- > 0;) {
    Node& node = *nodes_[n];
    node.wanted.assign(node.inputs.size(), Node::Gradient::none);
    for (std::size_t k = 0; k < node.inputs.size(); ++k) {
      const TensorId t = node.inputs[k];
      if (!reached[t]) continue;
      node.wanted[k] = written[t] ? Node::Gradient::add : Node::Gradient::write;
      written[t] = 1;
    }
  }
}

void Program::decide_slots() {
  for (const Parameter& p : network_.parameters.list()) {
    const auto adds = [&](const Node* node) { return node->adds_by_block() && p.name.starts_with(node->name + "/"); };
    has_slots_.push_back(std::ranges::any_of(nodes_, adds));
  }
}

void Program::cut_into_passes() {
  passes_.emplace_back();
  const auto cut = [&](Node* node, bool gradient) {
    passes_.back().merge = node;
    passes_.back().merges_gradient = gradient;
    passes_.emplace_back();
  };
  for (Node* node : nodes_) {
    if (node->needs_batch()) {
      passes_.back().operations.push_back({node, Phase::gather});
      cut(node, false);
    }
    passes_.back().operations.push_back({node, Phase::forward});
  }
  for (auto it = nodes_.rbegin(); it != nodes_.rend(); ++it) {
    if ((*it)->gradient_needs_batch()) {
      passes_.back().operations.push_back({*it, Phase::gather_gradient});
      cut(*it, true);
    }
    passes_.back().operations.push_back({*it, Phase::backward});
  }
}

/// Those whose forward and backward are in different passes.
void Program::choose_who_notes() {
  std::vector<const Node*> here;
  const auto is_here = [&](const Node* node) { return std::ranges::find(here, node) != here.end(); };
  for (const Pass& pass : passes_) {
    here.clear();
    for (const auto& [node, phase] : pass.operations) {
      if (phase == Phase::forward) here.push_back(node);
      if (phase == Phase::backward) node->notes = node->can_note() && !is_here(node);
    }
  }
}

/// Every operation needs the values of its node's inputs. Where the maker of one is cheap and has not run in the pass,
/// it is put in front (and its own inputs' makers before it).
void Program::run_cheap_ones_again() {
  std::vector<Node*> maker(network_.tensors(), nullptr);
  for (Node* node : nodes_) maker[node->output] = node;
  for (Pass& pass : passes_) {
    std::vector<Operation> operations;
    std::vector<char> made(network_.tensors(), 0);
    const std::function<void(const Node&)> need_inputs = [&](const Node& node) {
      for (const TensorId t : node.inputs) {
        if (made[t] || !maker[t]->is_cheap()) continue;
        if (!maker[t]->notes) need_inputs(*maker[t]);
        operations.push_back({maker[t], Phase::again});
        made[t] = 1;
      }
    };
    for (const Operation& op : pass.operations) {
      if (op.reads_inputs()) need_inputs(*op.node);
      if (op.phase == Phase::gather_gradient && op.node->gradient_reads_output() && !made[op.node->output]) {
        operations.push_back({op.node, Phase::again});
        made[op.node->output] = 1;
      }
      if (op.phase == Phase::forward && made[op.node->output]) continue;
      operations.push_back(op);
      if (op.phase == Phase::forward) made[op.node->output] = 1;
    }
    pass.operations = std::move(operations);
  }
}

/// Which operations touch a tensor's values, and its gradient.
void Program::find_uses(std::vector<Use>& values, std::vector<Use>& gradients) const {
  for (std::size_t p = 0; p < passes_.size(); ++p) {
    for (std::size_t k = 0; k < passes_[p].operations.size(); ++k) {
      const Operation& op = passes_[p].operations[k];
      const bool gathers = op.phase == Phase::gather_gradient, is_backward = op.phase == Phase::backward;
      const bool begins = op.node->begins_gradient();
      for (const TensorId t : op.node->inputs) {
        if (op.reads_inputs()) values[t].touch(p, k);
        if (is_backward || (gathers && begins)) gradients[t].touch(p, k);
      }
      const bool reads_output = gathers && op.node->gradient_reads_output();
      if (op.phase == Phase::forward || op.phase == Phase::again || reads_output) values[op.node->output].touch(p, k);
      if (gathers || (is_backward && !begins)) gradients[op.node->output].touch(p, k);
    }
  }
}

/// A tensor that one pass uses, or that is made anew in each, stands in the workers' arenas; others are kept for the
/// whole batch, block by block: there, too, what a block is done with makes room.
void Program::place_tensors() {
  std::vector<Use> values(network_.tensors()), gradients(network_.tensors());
  find_uses(values, gradients);
  std::vector<char> made_again(network_.tensors(), 0);
  for (const Node* node : nodes_) made_again[node->output] = node->is_cheap();
  values_.assign(team_.threads(), std::vector<Place>(network_.tensors()));
  tensor_gradients_ = values_;
  Arena of_worker, of_block;
  std::vector<Stored> shared, kept;
  const auto place = [&](Places& places, TensorId t, const Use& use, bool again) {
    const std::size_t floats = feature_stride * network_.features(t) * views_;
    if (again || use.passes() <= 1) {
      shared.push_back({&places, t, of_worker.add(floats, use)});
    } else {
      kept.push_back({&places, t, of_block.add(floats, use.lasting())});
    }
  };
  for (TensorId t = 0; t < network_.tensors(); ++t) {
    place(values_, t, values[t], made_again[t] != 0);
    place(tensor_gradients_, t, gradients[t], false);
  }
  lay_out(kept, of_block, shared, of_worker);
}

/// All in one piece, which is large enough for pages of 2 MiB: a tensor alone is not. Of small pages a batch has more
/// than the processor remembers the places of, and their places in its caches are left to chance.
void Program::lay_out(const std::vector<Stored>& kept, Arena& of_block, const std::vector<Stored>& shared,
                      Arena& of_worker) {
  const std::size_t block = of_block.arrange(), arena = of_worker.arrange();
  std::size_t scratch = 0;
  for (const Node* node : nodes_) scratch = std::max(scratch, node->scratch_floats());
  const std::size_t slots = slots_of(blocks_) * network_.parameters.size();
  make_zeros(memory_, slots + blocks_ * block + team_.threads() * (arena + scratch));
  float* blocks = memory_.data() + slots;
  for (unsigned worker = 0; worker < team_.threads(); ++worker) {
    float* own = blocks + blocks_ * block + worker * (arena + scratch);
    scratch_.push_back(own + arena);
    const auto place = [&](const std::vector<Stored>& tensors, const Arena& in, float* base, std::size_t step) {
      for (const auto& [places, tensor, thing] : tensors)
        (*places)[worker][tensor] = {base + in.offset(thing), step, feature_stride * network_.features(tensor)};
    };
    place(kept, of_block, blocks, block);
    place(shared, of_worker, own, 0);
  }
}

void Program::run_block(const Pass& pass, Work& work) const {
  for (const Operation& op : pass.operations) {
    const std::size_t views = op.node->joint_views ? 1 : views_;
    for (work.view = 0; work.view < views; ++work.view) {
      switch (op.phase) {
        case Phase::gather:
          op.node->gather(work);
          break;
        case Phase::forward:
          op.node->forward(work);
          break;
        case Phase::again:
          op.node->again(work);
          break;
        case Phase::gather_gradient:
          op.node->gather_gradient(work);
          break;
        case Phase::backward:
          op.node->backward(work);
          break;
      }
    }
  }
}

void Program::run(const Pass& pass, const Step& step) {
  const std::size_t blocks = (step.events + block_events - 1) / block_events;
  const std::size_t slots = slots_of(blocks);
  const bool starts = &pass == &passes_.front();
  // Every other pass goes backwards: it begins with what the one before has left in the cache.
  const bool backwards = (&pass - passes_.data()) % 2 == 1;
  const bool in_turn = team_.threads() == 1 && !backwards;  // all blocks, by one worker
  const auto run_slot = [&](std::size_t slot, unsigned worker) {
    Work work{.step = &step,
              .values = values_[worker].data(),
              .gradients = tensor_gradients_[worker].data(),
              .weight_gradients = slot_gradients() + slot * network_.parameters.size(),
              .scratch = scratch_[worker]};
    // What blocks do not write themselves, nodes add to the first slot alone.
    if (starts && slot == 0) std::fill_n(work.weight_gradients, network_.parameters.size(), 0.0f);
    const std::size_t begin = slot * slot_blocks, end = std::min(blocks, begin + slot_blocks);
    for (work.block = begin; work.block < end; ++work.block) {
      work.begins = work.block == begin;
      work.follows = work.block > (in_turn ? 0 : begin);
      work.leads = work.block + 1 < (in_turn ? blocks : end);
      work.rows = std::min(block_events, step.events - work.block * block_events);
      run_block(pass, work);
    }
  };
  team_.run(slots, run_slot, backwards);
  if (pass.merge == nullptr) return;
  if (pass.merges_gradient) {
    pass.merge->merge_gradient(step, slot_gradients());
  } else {
    pass.merge->merge(step, [&](std::size_t parts, const std::function<void(std::size_t)>& part) {
      team_.run(parts, [&](std::size_t item, unsigned) { part(item); });
    });
  }
}

void Program::reduce(const Step& step) {
  const std::size_t blocks = (step.events + block_events - 1) / block_events;
  for (std::size_t k = 0; k < has_slots_.size(); ++k) {
    const Parameter& p = network_.parameters[k];
    kernel::reduce(slot_gradients() + p.offset, has_slots_[k] != 0 ? slots_of(blocks) : 1, network_.parameters.size(),
                   static_cast<float>(gradient_scale), gradients_.data() + p.offset, p.size());
  }
}

double Program::step(const Step& step) {
  for (Node* node : nodes_) node->begin(step);
  for (const Pass& pass : passes_) run(pass, step);
  reduce(step);
  for (Node* node : nodes_) node->finish(step, gradients_.data());
  double loss = 0;
  for (Node* node : nodes_) loss += node->loss(step);
  if (!std::isfinite(loss)) {
    throw core::Error(core::ErrorCode::internal, find_not_finite() + " is not finite")
        .in("step " + std::to_string(step.number))
        .remedy("A smaller learning rate may help");
  }
  return loss;
}

/// A weight makes everything behind it so; where all are finite, it began with a loss.
std::string Program::find_not_finite() const {
  const auto parameter = [&](const float* values) -> std::string {
    for (const Parameter& p : network_.parameters.list())
      for (std::size_t k = p.offset; k < p.offset + p.size(); ++k)
        if (!std::isfinite(values[k])) return p.name;
    return "";
  };
  if (const std::string weight = parameter(network_.parameters.data()); !weight.empty()) return weight;
  std::string what = "the loss";
  for (const Term& term : terms())
    if (!std::isfinite(term.value)) what = "the loss '" + term.name + "'";
  const std::string gradient = parameter(gradients_.data());
  return gradient.empty() ? what : what + " (and the gradient of " + gradient + ")";
}

std::size_t Program::multiply_adds() const {
  std::size_t sum = 0;
  for (const Node* node : nodes_) sum += node->multiply_adds();
  return sum;
}

std::vector<Term> Program::terms() const {
  std::vector<Term> all;
  for (Node* node : nodes_)
    for (const Term& term : node->terms()) all.push_back(term);
  return all;
}

}  // namespace trigloop::train
