#include "train/layers.hpp"
#include "train/random.hpp"

namespace trigloop::train {

Sample::Sample(std::string layer, std::size_t width, std::uint32_t stream) : stream_(stream) {
  name = std::move(layer);
  in_features = features = width;
}

void Sample::resize(std::size_t blocks, std::size_t views) {
  blocks_ = blocks;
  make_zeros(noise_, blocks * views * block_events * stride());
}

void Sample::begin(const Step& step) { keys_ = keys_of(step.seed, step.number, stream_); }

void Sample::forward(const Work& work) {
  const auto first = static_cast<std::uint32_t>(work.view * step_events_limit + work.event());
  kernel::sample(work.value(inputs[0]), work.value(inputs[1]), keys_, first, work.rows, stride(), features, noise(work),
                 work.value(output));
}

void Sample::backward(const Work& work) {
  kernel::sample_gradient(work.value(inputs[1]), noise(work), work.gradient(output), work.rows, stride(), features,
                          work.gradient(inputs[0]), work.gradient(inputs[1]), adds(0));
}

}  // namespace trigloop::train
