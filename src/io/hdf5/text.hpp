#pragma once
// Text in HDF5 files: what attributes and data sets of strings have in common.
#include <string>
#include <vector>

#include "io/hdf5/message.hpp"

namespace trigloop::io::hdf5 {

using Texts = std::vector<std::string>;

/// The messages of the object at `node` ("" is the root), found by hard links. Error: mismatch, if there is none.
std::vector<Message> find_node(const Image& image, const std::string& node);

/// As many strings as `space` says, out of `value`: fixed, or of variable length in the global heap. Each takes bytes
/// of `value`, so their number is bounded by its size. Errors: damaged; unsupported, if they are no strings.
Texts texts_of(const Image& image, const Datatype& type, const Dataspace& space, Record& value);

}  // namespace trigloop::io::hdf5
