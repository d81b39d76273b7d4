#pragma once
// A data set as an array: contiguous, compact, never written, or chunked.
#include <memory>
#include <string>

#include "io/array/array.hpp"
#include "io/hdf5/header.hpp"

namespace trigloop::io::hdf5 {

struct Dataset {
  std::shared_ptr<const array::Array> array;  ///< null if it cannot be read
  ColumnInfo info;
};

/// Makes an array of the object with these messages. What stands against reading it is told in info.why_not.
Dataset make_dataset(const std::shared_ptr<const Image>& image, const std::vector<Message>& messages,
                     const std::string& name);

/// Whether an object with these messages is a data set.
bool is_dataset(const std::vector<Message>& messages);

}  // namespace trigloop::io::hdf5
