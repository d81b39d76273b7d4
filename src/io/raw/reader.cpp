#include "io/raw/reader.hpp"

#include <algorithm>
#include <array>

#include "core/crc32c.hpp"
#include "core/error.hpp"

namespace trigloop::io::raw {
namespace {

/// A cluster has no more bytes of input than this, but for an orbit that has: a colliding one is about a megabyte.
constexpr std::uint64_t most_cluster_bytes = 4u << 20;

std::uint64_t bytes_of(const Container& container, std::size_t orbit) {
  std::uint64_t bytes = 0;
  for (std::size_t p = container.orbits[orbit].first_part; p < container.orbits[orbit + 1].first_part; ++p)
    bytes += container.parts[p].bytes;
  return bytes;
}

/// What the payload of the part's event should have given, if that is stated and something else.
std::optional<Fault> check_sum(const Part& part, std::span<const std::byte> blocks) {
  if (part.checksum == 0) return std::nullopt;
  const std::uint32_t sum = core::crc32c(blocks, core::crc32c(std::as_bytes(std::span(&part.sds, 1))));
  if (sum == part.checksum) return std::nullopt;
  return Fault{"its CRC-32C is " + std::to_string(sum) + ", its header states " + std::to_string(part.checksum)};
}

constexpr std::array dropped_members = {&Dropped::intermediate_muons, &Dropped::muons_without_pt,
                                        &Dropped::muons_of_quality_0, &Dropped::empty_calo_objects};

}  // namespace

OrbitReader::OrbitReader(std::shared_ptr<const OpenRaw> open, std::vector<Origin> origins, const ReadOptions& options)
    : open_(std::move(open)), outputs_(std::move(origins)), options_(options), memory_(outputs_.size()) {
  reads_parts_ = std::ranges::any_of(outputs_, [](const Origin& one) { return one.kind >= Origin::offsets; });
  // Once: when the file is opened, offsets alone are read.
  checks_parts_ =
      options_.verify && std::ranges::any_of(outputs_, [](const Origin& one) { return one.kind == Origin::member; });
  range_ = {0, open_->container.size()};
}

void OrbitReader::rewind(EntryRange range) {
  if (range.begin > range.end || range.end > open_->container.size()) {
    throw core::Error(core::ErrorCode::usage, "the orbits [" + std::to_string(range.begin) + ", " +
                                                  std::to_string(range.end) + ") are not within its " +
                                                  std::to_string(open_->container.size()))
        .file(open_->info.path.native());
  }
  range_ = range;
}

std::size_t OrbitReader::fitting_orbits() const {
  const std::size_t most =
      std::min<std::size_t>(std::max<std::size_t>(1, options_.cluster_entries), range_.end - range_.begin);
  if (!reads_parts_) return most;
  std::uint64_t bytes = 0;
  for (std::size_t n = 0; n < most; ++n) {
    bytes += bytes_of(open_->container, range_.begin + n);
    if (bytes > most_cluster_bytes) return std::max<std::size_t>(1, n);
  }
  return most;
}

bool OrbitReader::next(event::Columns& out) {
  out = {range_.begin, 0, {}};
  if (range_.begin == range_.end) return false;
  first_ = range_.begin;
  n_ = fitting_orbits();
  unpacker_.clear();
  if (reads_parts_)
    for (std::size_t i = 0; i < n_; ++i) unpack_orbit(first_ + i);
  range_.begin += n_;
  out.entries = n_;
  for (std::size_t i = 0; i < outputs_.size(); ++i) out.columns.push_back(view(outputs_[i], memory_[i]));
  return true;
}

void OrbitReader::unpack_orbit(std::size_t number) {
  const Container& container = open_->container;
  const Orbit& orbit = container.orbits[number];
  const std::uint64_t bytes = bytes_of(container, number);
  if (bytes > options_.max_unit_bytes) {
    throw core::Error(core::ErrorCode::limit, "has " + std::to_string(bytes) + " bytes")
        .in("orbit " + std::to_string(orbit.number))
        .file(open_->info.path.native());
  }
  bytes_.resize_discard(bytes);
  std::size_t at = 0;
  for (std::size_t p = orbit.first_part; p < container.orbits[number + 1].first_part; ++p) {
    const Part& part = container.parts[p];
    const core::InputFile& file = container.files[part.file];
    const auto to = bytes_.span().subspan(at, part.bytes);
    file.read(part.offset, to);
    at += part.bytes;
    std::optional<Fault> fault = checks_parts_ ? check_sum(part, to) : std::nullopt;
    if (!fault) fault = unpacker_.add(part.sds, to, orbit.number);
    if (fault) {
      throw core::Error(core::ErrorCode::damaged, fault->reason)
          .in("orbit " + std::to_string(orbit.number) + ", source " + std::to_string(part.sds))
          .offset(part.offset + fault->offset)
          .file(file.path().native())
          .remedy("The file is corrupted: copy it again from its source");
    }
  }
  unpacker_.end_orbit();
}

template <class T, class Value>
event::ColumnView OrbitReader::scalars(core::ByteBuffer& memory, Value value) const {
  memory.resize_discard(n_ * sizeof(T));
  auto* to = reinterpret_cast<T*>(memory.data());
  for (std::size_t i = 0; i < n_; ++i) to[i] = static_cast<T>(value(i));
  return {event::type_of<T>(), false, 1, memory.data(), n_, {}};
}

event::ColumnView OrbitReader::view(const Origin& origin, core::ByteBuffer& memory) {
  const Orbit* orbit = &open_->container.orbits[first_];
  switch (origin.kind) {
    case Origin::run:
      return scalars<std::uint32_t>(memory, [=](std::size_t i) { return orbit[i].run; });
    case Origin::lumisection:
      return scalars<std::uint32_t>(memory, [=](std::size_t i) { return orbit[i].lumisection; });
    case Origin::orbit:
      return scalars<std::uint64_t>(memory, [=](std::size_t i) { return orbit[i].number; });
    case Origin::dropped:
      return scalars<std::uint32_t>(memory, [&](std::size_t i) {
        return origin.number < dropped_members.size() ? unpacker_.dropped()[i].*dropped_members[origin.number]
                                                      : unpacker_.other_orbits()[i];
      });
    case Origin::offsets: {
      all_offsets_.resize(n_ + 1);
      for (std::size_t i = 0; i <= n_; ++i) all_offsets_[i] = static_cast<std::uint32_t>(i * orbits::offsets_of_orbit);
      const auto offsets = unpacker_.crossing_offsets(origin.product);
      return {event::Type::uint32, true,        1, reinterpret_cast<const std::byte*>(offsets.data()),
              offsets.size(),      all_offsets_};
    }
    default: {
      const Member& member = kind_of(origin.product).members[origin.number];
      const auto& items = unpacker_.orbit_offsets(origin.product);
      memory.resize_discard(items.back() * event::size_of(member.type));
      decode(member, unpacker_.words(origin.product), items.back(), memory.data());
      return {member.type, true, 1, memory.data(), items.back(), items};
    }
  }
}

}  // namespace trigloop::io::raw
