#pragma once
// Where a tree may be cut for several readers.
//
// Baskets of different branches end at different entries, so at almost every cut some baskets are decoded by both
// sides. A cut is worth its price only where those are small beside what lies between the cuts. At the borders of
// clusters they are none; within a cluster whose branches have one huge basket each, they are everything.
#include <cstdint>
#include <vector>

#include "io/root/tree.hpp"
#include "io/source.hpp"

namespace trigloop::io::root {

/// Cuts [0, entries) into ranges of about `target` entries; longer ones where a cut would cost too much.
std::vector<EntryRange> split_entries(const std::vector<const BranchInfo*>& branches, std::uint64_t entries,
                                      std::uint64_t target);

}  // namespace trigloop::io::root
