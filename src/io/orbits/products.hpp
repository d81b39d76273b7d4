#pragma once
// What an orbit file holds, and what it is called in the flat ntuple.
//
// CMSSW stores a product of a module as the branch CLASS_MODULE_INSTANCE_PROCESS. (DataFormats/L1Scouting). Its objects
// of an orbit lie one behind the other in `data_`, in the order of bunch crossings; those of crossing b are
// [bxOffsets_[b], bxOffsets_[b + 1]).
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "io/source.hpp"

namespace trigloop::io::orbits {

/// A member by its name in the flat ntuple and in CMSSW's class.
struct Name {
  std::string_view flat, stored;
};

/// A kind of product: the class of its objects and the module that makes it.
struct Kind {
  std::string_view flat, object, module;
  std::span<const Name> members;
};

/// Kinds whose objects the ntuple lists one by one; energy sums are another matter.
std::span<const Kind> object_kinds() noexcept;

/// Sums in the order of the ntuple's etSumType, each with its azimuth ("" where it has none).
struct SumName {
  std::string_view amount, azimuth;
};
std::span<const SumName> sum_names() noexcept;

/// A column of the flat ntuple, and the member that it comes from.
struct Member {
  std::string flat;    ///< "L1Jet_hwPt"
  std::string stored;  ///< the column of the orbit tree
};

struct Product {
  std::string flat;     ///< "L1Jet"
  std::string branch;   ///< "l1ScoutingRun3JetOrbitCollection_l1ScCaloUnpacker_Jet_SCPU."
  std::string offsets;  ///< column of bxOffsets_
  std::vector<Member> members;
  /// Energy sums: an object is all sums of a crossing, which the ntuple lists one behind the other. members[k] is the
  /// amount of sum k, azimuths[k] its azimuth ("" where it has none).
  bool is_sums = false;
  std::vector<std::string> azimuths;
};

/// Columns that say which orbit an entry is.
struct OrbitKey {
  std::string run, lumisection, orbit;
};

struct Products {
  OrbitKey key;
  std::vector<Product> products;
  std::vector<Member> dropped;  ///< counts of what was dropped on the way here, an orbit each: "Dropped.NAME"
  bool empty_too = false;       ///< crossings that hold nothing are rows, too
  std::vector<Unread> unread;   ///< second products of a kind, and what they are
};

/// Whether `tree` is one of orbits: an `Events` tree with a product that is known.
bool is_orbit_tree(const TableInfo& tree);

/// Errors: mismatch, if the columns of the key or members of a product are missing.
Products find_products(const SourceInfo& info, const TableInfo& tree);

}  // namespace trigloop::io::orbits
