#pragma once
// The links of a group, in each of the three forms that HDF5 stores them in.
#include <cstdint>
#include <string>
#include <vector>

#include "io/hdf5/header.hpp"

namespace trigloop::io::hdf5 {

struct Link {
  enum class Kind : std::uint8_t { hard, soft, external } kind = Kind::hard;
  std::string name;
  std::uint64_t address = undefined;  ///< hard: of the object's header
};

/// Whether an object with these messages is a group.
bool is_group(const std::vector<Message>& messages);

/// Its links: a symbol table (HDF5's default), link messages, or links in a fractal heap. Errors: damaged; limit above
/// 2^17 links.
std::vector<Link> read_links(const Image& image, const std::vector<Message>& messages);

/// The link of a link message. (For the fractal heap, which holds such messages.)
Link parse_link(const Image& image, Record body);

}  // namespace trigloop::io::hdf5
