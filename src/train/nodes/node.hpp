#pragma once
// The parts of a training network. A node reads tensors and makes one; a tensor is blocks of events (rows.hpp), with as
// many copies as there are views (augmented versions of an event), and it has a gradient beside its value. Number
// [feature x feature_stride + event] of a block is a feature of an event.
//
// A step of training runs every node forward and backward on every block. Where a node needs a sum over the whole batch
// (batch norm, a covariance), it says so: then `gather` runs on every block, `merge` once, and only then `forward` on
// any block. Program (program.hpp) cuts the step into passes at these places; between the cuts a block runs through all
// nodes while it is in the cache.
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "train/kernels/kernels.hpp"
#include "train/kernels/parameters.hpp"

namespace trigloop::train {

using TensorId = std::size_t;

/// Where blocks of a tensor are: in memory for the whole batch, or in a worker's own (then `block` is 0).
struct Place {
  float* base = nullptr;
  std::size_t block = 0, view = 0;  ///< floats from one to the next
};

/// What a step is about.
struct Step {
  std::uint64_t number = 0;  ///< since the stage began: random numbers are a function of it
  std::uint64_t seed = 0;    ///< of the stage
  std::size_t events = 0;    ///< of the batch
  std::size_t views = 1;
  std::uint64_t first = 0;  ///< the batch's first position in the epoch's order
};

/// A block in the hands of a worker. `view` counts for nodes that work view by view.
struct Work {
  const Step* step = nullptr;
  std::size_t block = 0, rows = 0, view = 0;
  const Place *values = nullptr, *gradients = nullptr;
  float* weight_gradients = nullptr;  ///< flat as Parameters; sums of all blocks that share it, and so far of ...
  bool begins = false;                ///< ... the step before: the first of these blocks writes, the others add
  float* scratch = nullptr;           ///< the worker's, Node::scratch_floats, for one call
  bool follows = false;               ///< the worker has just taken the block before
  bool leads = false;                 ///< and takes the next one after this

  float* value(TensorId t) const { return value(t, view); }
  float* value(TensorId t, std::size_t v) const { return at(values[t], v); }
  kernel::Views all_values(TensorId t) const { return {value(t, 0), values[t].view}; }
  kernel::Views all_gradients(TensorId t) const { return {gradient(t, 0), gradients[t].view}; }
  float* gradient(TensorId t) const { return gradient(t, view); }
  float* gradient(TensorId t, std::size_t v) const { return at(gradients[t], v); }
  /// Of the blocks whose sums are added up together.
  std::size_t slot() const { return block / slot_blocks; }
  /// The batch's number of the block's first event.
  std::size_t event() const { return block * block_events; }

 private:
  float* at(const Place& place, std::size_t v) const { return place.base + block * place.block + v * place.view; }
};

/// Calls its argument with every number below the first, on all threads; returns when all are done.
using InParts = std::function<void(std::size_t parts, const std::function<void(std::size_t)>& part)>;

/// A value that a step reports, a mean over the batch.
struct Term {
  std::string name;
  double value = 0;
};

class Node {
 public:
  /// What is wanted of the gradient of an input: nothing, to be written, or to be added.
  enum class Gradient : std::uint8_t { none, write, add };

  virtual ~Node() = default;
  std::string name;
  std::vector<TensorId> inputs;
  TensorId output = 0;
  std::size_t in_features = 0, features = 0;  ///< of the first input and of the output
  std::vector<Gradient> wanted;               ///< one an input; set by Program
  bool joint_views = false;                   ///< runs once a block, for all views
  bool makes_output = true;                   ///< losses do not

  bool adds(std::size_t input) const { return wanted[input] == Gradient::add; }
  bool wants(std::size_t input) const { return wanted[input] != Gradient::none; }

  /// Forward is cheaper than keeping its result for the batch: passes that need it run it again.
  virtual bool is_cheap() const { return false; }
  virtual void again(const Work& work) { forward(work); }
  /// Whether `forward` can note, in a narrow form, all that later passes need: `again` then makes the output without
  /// the input, and so does `backward` the gradient. It must where `notes` is set, by Program.
  virtual bool can_note() const { return false; }
  bool notes = false;

  /// Before the first step: memory for sums of each block.
  virtual void resize(std::size_t /*blocks*/, std::size_t /*views*/) {}
  /// How much of Work::scratch it uses.
  virtual std::size_t scratch_floats() const { return 0; }
  /// Once a step, on one thread, before any block.
  virtual void begin(const Step&) {}
  virtual void forward(const Work&) = 0;
  virtual void backward(const Work&) = 0;

  virtual bool needs_batch() const { return false; }
  virtual void gather(const Work&) {}
  virtual void merge(const Step&, const InParts&) {}

  virtual bool gradient_needs_batch() const { return false; }
  /// Whether `gather_gradient` reads the output, which counts where it is cheap.
  virtual bool gradient_reads_output() const { return false; }
  /// Reads the gradient of the output; those of inputs are not there yet.
  virtual void gather_gradient(const Work&) {}
  /// Whether `gather_gradient` already begins that of the input, so that `backward` does not read the output's: what is
  /// kept between the two is then as wide as the input.
  virtual bool begins_gradient() const { return false; }
  virtual void merge_gradient(const Step&, float* /*weight_gradients*/) {}
  /// Whether `backward` of every block adds to the gradients of its parameters. If not, what is done once a batch adds
  /// to those of the first slot alone.
  virtual bool adds_by_block() const { return false; }

  /// Once a step, after the gradients of weights (the mean over the batch, flat as Parameters) are there: what follows
  /// from them alone.
  virtual void finish(const Step&, float* /*gradients*/) {}

  /// After a step: the losses that this node adds to the total, and their parts, weighted.
  virtual double loss(const Step&) { return 0; }
  virtual std::vector<Term> terms() const { return {}; }

  /// Multiply-adds of products in a step, an event, all views.
  virtual std::size_t multiply_adds() const { return 0; }

  /// Outside of training: out = f(in), for nodes of one input, of a block's first `rows` events.
  virtual void infer(const float* in, float* out, std::size_t rows) const;
  /// What a checkpoint holds besides parameters.
  virtual std::vector<std::vector<float>*> state() { return {}; }
};

}  // namespace trigloop::train
