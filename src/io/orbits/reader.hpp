#pragma once
// Rows of crossings while orbits are read.
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
  /// Rows of a product: where its objects begin, and those of the cluster.
  struct ProductRows {
    core::AlignedBuffer<std::uint32_t> counts, offsets, sum_offsets;
    std::size_t first_object = 0;  ///< of the first row, in the stored cluster
    std::size_t any_member = 0;    ///< a stored column of its objects; none_read: none is read
  };
  static constexpr std::size_t none_read = static_cast<std::size_t>(-1);

  void expand();
  void expand_orbit(std::size_t entry);
  void check_objects(std::size_t entry, std::uint64_t orbit);
  void finish_offsets();
  std::size_t position_of(const std::string& stored) const;
  event::ColumnView view(std::size_t output);
  event::ColumnView member_view(const ProductRows& rows, const std::string& stored) const;
  event::ColumnView sums_view(const Origin& origin, core::AlignedBuffer<std::int32_t>& values);
  void fill_sums(const Origin& origin, std::int32_t* out) const;

  std::shared_ptr<const OpenOrbits> open_;
  std::vector<Origin> outputs_;
  Selection selection_;
  std::unique_ptr<ColumnReader> reader_;
  EntryRange range_;       ///< rows that are left
  event::Columns stored_;  ///< orbits of the cluster
  std::size_t rows_ = 0;
  Crossings crossings_;
  std::vector<ProductRows> products_;
  core::AlignedBuffer<std::uint32_t> crossing_, run_, lumisection_, orbit_;
  std::vector<core::AlignedBuffer<std::int32_t>> sums_;  ///< one an output
};

}  // namespace trigloop::io::orbits
