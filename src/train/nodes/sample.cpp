#include "train/kernels/random.hpp"
#include "train/nodes/layers.hpp"

namespace trigloop::train {

Sample::Sample(std::string layer, std::size_t width, std::uint32_t stream) : stream_(stream) {
  name = std::move(layer);
  in_features = features = width;
}

void Sample::resize(std::size_t blocks, std::size_t views) {
  blocks_ = blocks;
  make_zeros(slope_, blocks * views * features * feature_stride);
}

void Sample::begin(const Step& step) {
  keys_.clear();
  for (std::uint32_t view = 0; view < step.views; ++view)
    keys_.push_back(keys_of(step.seed, step.number, stream_ | view << 16));
}

void Sample::forward(const Work& work) {
  kernel::sample(work.value(inputs[0]), work.value(inputs[1]), keys_[work.view],
                 static_cast<std::uint32_t>(work.event()), {features, work.rows}, slope(work), work.value(output));
}

void Sample::backward(const Work& work) {
  kernel::sample_gradient(slope(work), work.gradient(output), {features, work.rows}, work.gradient(inputs[0]),
                          work.gradient(inputs[1]), adds(0));
}

}  // namespace trigloop::train
