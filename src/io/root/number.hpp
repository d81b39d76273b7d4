#pragma once
// Which numbers leaves, members and vectors hold, from ROOT's names and codes for them.
#include <optional>
#include <string_view>

#include "event/type.hpp"
#include "io/root/column.hpp"
#include "io/root/packed_float.hpp"
#include "io/root/tree.hpp"

namespace trigloop::io::root {

/// Type and encoding of one value.
struct Number {
  event::Type type;
  Encoding encoding = Encoding::plain;
  PackedFloat packed = {};

  std::uint32_t stored_bytes() const {
    return static_cast<std::uint32_t>(encoding == Encoding::packed ? packed.stored_bytes() : event::size_of(type));
  }
};

/// The number behind a basic type code of a streamer element; `title` holds the range of a packed float.
std::optional<Number> number_of_code(int code, std::string_view title);

/// The number in a leaf, by its class.
std::optional<Number> number_of_leaf_class(const LeafInfo& leaf);

/// The number in "vector<T>" or "ROOT::VecOps::RVec<T>" (which is stored alike), if T is one.
std::optional<Number> number_of_vector(std::string_view type_name);

}  // namespace trigloop::io::root
