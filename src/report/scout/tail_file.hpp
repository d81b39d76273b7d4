#pragma once
// The kept events as files for other tools.
#include <filesystem>

#include "report/scout/objects.hpp"
#include "report/scout/tails.hpp"

namespace trigloop::report::scouting {

/// A ROOT file with a tree "Tail": run, lumisection, orbit, crossing, code, score, seeds (64 a branch), and each
/// collection as jagged branches ("EG_pt", counted by "nEG"). Best first. Error: output.
void write_root(const Tails& tails, const ObjectReader& reader, const std::filesystem::path& path);

/// One line an event: rank, score, key, seeds (separated by ';') and the fields of the collections ("EG.pt"), items
/// separated by spaces. Error: output.
void write_csv(const Tails& tails, const ObjectReader& reader, const std::filesystem::path& path);

}  // namespace trigloop::report::scouting
