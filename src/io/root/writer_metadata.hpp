#pragma once
// The TTree object: what ROOT keeps of a tree beside its baskets.
#include "io/root/writer_buffer.hpp"
#include "io/root/writer_tree.hpp"

namespace trigloop::io::root {

/// Serialises a tree whose clusters are all closed. `compression`: fCompress.
void put_tree(ObjectWriter& out, const TreeWriter& tree, int compression, std::size_t basket_bytes);

}  // namespace trigloop::io::root
