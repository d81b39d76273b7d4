#pragma once
// What the writer puts into a file in one piece: arrays that cannot grow, lists of strings, attributes. Each function
// needs the library's lock.
#include <string>
#include <vector>

#include "io/hdf5/hdf5.hpp"
#include "io/hdf5/library.hpp"

namespace trigloop::io::hdf5 {

struct Strings {
  std::string node;
  std::vector<std::string> texts;
};

struct TextAttribute {
  std::string node, name;
  bool scalar = true;
  std::vector<std::string> texts;
};

Handle file_type(event::Type type);
/// A list of settings by which groups on the way to an object are made if they are not there.
Handle with_groups();

/// Error: usage, for zero bytes, which would end a text.
void check_texts(const std::vector<std::string>& texts);
/// Error: usage, if the bytes do not fill the shape.
void check_fits(const FixedArray& array);

// Errors: output.
void write_array(Handle::Id file, const FixedArray& array);
void write_strings(Handle::Id file, const Strings& strings);
void write_attribute(Handle::Id file, const TextAttribute& attribute);

}  // namespace trigloop::io::hdf5
