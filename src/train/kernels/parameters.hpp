#pragma once
// The trainable numbers of a network in one flat array, so that optimisers, sums over blocks and checkpoints are loops
// over floats. A parameter is a matrix whose rows are padded (rows.hpp); what pads is 0 and stays 0.
#include <cstddef>
#include <limits>
#include <string>
#include <vector>

#include "train/kernels/rows.hpp"

namespace trigloop::train {

struct Parameter {
  std::string name;  ///< "encoder_0/kernel"
  std::size_t rows = 1, columns = 0;
  float clip = std::numeric_limits<float>::max();  ///< Keras' Clip constraint: |w| <= clip after every update
  std::size_t offset = 0;                          ///< in floats

  std::size_t stride() const { return padded(columns); }
  std::size_t size() const { return rows * stride(); }
};

class Parameters {
 public:
  /// All zero; `data` of earlier calls moves.
  std::size_t add(Parameter parameter) {
    parameter.offset = values_.size();
    values_.resize(parameter.offset + parameter.size());
    std::fill_n(values_.data() + parameter.offset, parameter.size(), 0.0f);
    list_.push_back(std::move(parameter));
    return list_.size() - 1;
  }

  const std::vector<Parameter>& list() const noexcept { return list_; }
  const Parameter& operator[](std::size_t index) const { return list_[index]; }
  std::size_t size() const noexcept { return values_.size(); }
  /// All, 64-byte aligned.
  float* data() noexcept { return values_.data(); }
  const float* data() const noexcept { return values_.data(); }
  float* data(std::size_t index) noexcept { return values_.data() + list_[index].offset; }
  const float* data(std::size_t index) const noexcept { return values_.data() + list_[index].offset; }

 private:
  std::vector<Parameter> list_;
  Floats values_;
};

}  // namespace trigloop::train
