#pragma once
// Rows of crossings while orbits are read.
#include <array>
#include <memory>
#include <string>
#include <vector>

#include "core/buffer.hpp"
#include "io/orbits/crossings.hpp"
#include "io/orbits/index.hpp"

namespace trigloop::io::orbits {

/// Where a column of the flat ntuple comes from.
struct Origin {
  enum Kind : std::uint8_t { run, lumisection, orbit, crossing, count, member, sum_amount, sum_azimuth, sum_type };
  Kind kind = run;
  std::size_t product = 0, member_number = 0;
};

/// What a source of crossings and its readers share.
struct OpenOrbits {
  std::unique_ptr<Source> stored;
  const TableInfo* tree = nullptr;
  Products products;
  Index index;
  SourceInfo info;
  std::vector<Origin> origins;  ///< of the columns of `Events`
};

/// The stored columns that some of the flat ones need: the key, offsets of all products (they say which crossings there
/// are), then members.
Selection stored_selection(const OpenOrbits& open, const std::vector<Origin>& origins);

class CrossingReader final : public ColumnReader {
 public:
  CrossingReader(std::shared_ptr<const OpenOrbits> open, std::vector<Origin> origins, const ReadOptions& options);

  void rewind(EntryRange range) override;
  bool next(event::Columns& out) override;

 private:
  static constexpr std::size_t sums_of_crossing = 8;
  static constexpr std::size_t none_read = static_cast<std::size_t>(-1);

  /// Rows of a product: where its objects begin, and those of the cluster.
  struct ProductRows {
    core::AlignedBuffer<std::uint32_t> counts, offsets, sum_offsets;
    std::size_t first_object = 0;        ///< of the first row, in the stored cluster
    std::size_t any_member = none_read;  ///< a member of its objects that is read
    bool wanted = false;                 ///< some output depends on it
  };
  /// A column that is handed out, and which stored members it is made of: one, or those of the sums.
  struct Output {
    Origin origin;
    std::array<std::size_t, sums_of_crossing> members;
    core::AlignedBuffer<std::int32_t> values;
  };

  std::size_t number_of(const std::string& member) const;
  Output make_output(const Origin& origin);
  void read_orbits(EntryRange orbits);
  const event::ColumnView& member(std::size_t number) const { return stored_.columns[members_at_ + number]; }
  void expand();
  void expand_orbit(std::size_t entry);
  void add_crossings(std::size_t entry, std::uint64_t orbit);
  std::size_t take_kept(std::uint64_t orbit);
  std::size_t take_decoded(std::size_t entry, std::uint64_t orbit);
  void check_objects(std::size_t entry, std::uint64_t orbit, std::size_t rows) const;
  void skip_rows(std::size_t entry, std::size_t skip, std::size_t rows);
  void finish_offsets();
  event::ColumnView view(Output& output);
  event::ColumnView member_view(const ProductRows& rows, std::size_t number) const;
  event::ColumnView sums_view(Output& output);
  void fill_sums(Output& output, std::size_t objects) const;

  std::shared_ptr<const OpenOrbits> open_;
  Selection selection_;  ///< the key, offsets of the products, members
  ReadOptions options_;
  /// With offsets, and for orbits whose crossings are kept without; each made when it is needed.
  std::unique_ptr<ColumnReader> full_, lean_;
  ColumnReader* reader_ = nullptr;
  bool kept_ = false;           ///< the crossings of the orbits that it reads
  std::size_t members_at_ = 0;  ///< where the members begin among the stored columns
  EntryRange range_;            ///< rows that are left
  EntryRange orbits_;           ///< orbits that are left for another reader
  event::Columns stored_;       ///< orbits of the cluster
  std::size_t rows_ = 0;
  Crossings crossings_;
  std::vector<ProductRows> products_;
  std::vector<Output> outputs_;
  bool lists_crossings_ = false;  ///< some output is their numbers
  core::AlignedBuffer<std::uint32_t> crossing_, run_, lumisection_, orbit_;
};

}  // namespace trigloop::io::orbits
