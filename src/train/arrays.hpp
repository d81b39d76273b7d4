#pragma once
// Arrays of numbers in an HDF5 file: weights, history, checkpoints.
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "io/hdf5/hdf5.hpp"

namespace trigloop::train {

class ArrayWriter {
 public:
  /// An array of `columns` numbers a row. `values` must live until `write`.
  void add(const std::string& group, const std::string& name, std::span<const float> values, std::size_t columns = 1);
  void add(const std::string& group, const std::string& name, std::span<const double> values);
  void set_attribute(const std::string& name, const std::string& text) { attributes_.push_back({name, text}); }
  /// The file appears whole or not at all. Error: output.
  void write(const std::filesystem::path& path) const;

 private:
  struct Array {
    std::string group;
    io::ColumnSpec column;
    const std::byte* data;
    std::size_t rows, values;
  };
  std::vector<Array> arrays_;
  std::vector<std::pair<std::string, std::string>> attributes_;
};

}  // namespace trigloop::train
