#pragma once
// Orbits while they are read and unpacked.
#include <memory>
#include <vector>

#include "core/buffer.hpp"
#include "io/raw/container.hpp"
#include "io/raw/unpacker.hpp"
#include "io/source.hpp"

namespace trigloop::io::raw {

/// Where a column comes from.
struct Origin {
  enum Kind : std::uint8_t { run, lumisection, orbit, offsets, member, dropped };
  Kind kind = run;
  Product product = muons;
  std::size_t number = 0;  ///< of the member, or of the count in Dropped, those of other orbits behind
};

/// What a source and its readers share.
struct OpenRaw {
  Container container;
  SourceInfo info;
  std::vector<Origin> origins;  ///< of the columns of `Events`
};

class OrbitReader final : public ColumnReader {
 public:
  OrbitReader(std::shared_ptr<const OpenRaw> open, std::vector<Origin> origins, const ReadOptions& options);

  void rewind(EntryRange range) override;
  bool next(event::Columns& out) override;

 private:
  void unpack_orbit(std::size_t number);
  std::size_t fitting_orbits() const;
  event::ColumnView view(const Origin& origin, core::ByteBuffer& memory);
  template <class T, class Value>
  event::ColumnView scalars(core::ByteBuffer& memory, Value value) const;

  std::shared_ptr<const OpenRaw> open_;
  std::vector<Origin> outputs_;
  ReadOptions options_;
  bool reads_parts_ = false;   ///< more than the key is asked for
  bool checks_parts_ = false;  ///< their checksums
  EntryRange range_;           ///< orbits that are left
  std::size_t first_ = 0, n_ = 0;
  core::ByteBuffer bytes_;  ///< the parts of an orbit
  Unpacker unpacker_;
  std::vector<std::uint32_t> all_offsets_;  ///< where the offsets of each orbit begin
  std::vector<core::ByteBuffer> memory_;    ///< one a column
};

}  // namespace trigloop::io::raw
