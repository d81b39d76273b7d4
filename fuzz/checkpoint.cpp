// Any bytes as a checkpoint of a small recipe: one that can go on, or an Error, nothing else.
#include "train/checkpoint.hpp"

#include "config/config.hpp"
#include "memory_file.hpp"

namespace {

// The corpus was made by training this.
constexpr const char* text = R"(trigloop_recipe: 1
name: Fuzz
quantisers: {data: "[8, 5]", kernel: "[6, 2]", bias: "[10, 6]", activation: "[10, 6]"}
stages:
  - name: s
    epochs: "2"
    batch: "8"
    optimiser: {kind: adam, learning_rate: "0.01"}
    network: [{dense: a, nodes: "[3, 2]", quantised: true, norm: true, activation: relu}]
    loss: [{expression: "a^2"}]
    prune: {layers: [a], sparsity: "0.5"}
    history: {total: loss}
score: {stage: s, output: a}
)";

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace trigloop::train;
  const trigloop::fuzz::MemoryFile file(data, size);
  Recipe recipe = build_recipe(text, "fuzz", trigloop::config::Config::master().root(), example_shape());
  try {
    std::unique_ptr<Optimiser> optimiser;
    History history;
    const Checkpoint checkpoint = read_checkpoint(file.path(), "fuzz", recipe, optimiser, history);
    if (checkpoint.stage >= recipe.stages.size() || !optimiser || checkpoint.sums.empty()) __builtin_trap();
  } catch (const trigloop::core::Error&) {
  }
  return 0;
}
