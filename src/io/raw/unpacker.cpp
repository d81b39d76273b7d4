#include "io/raw/unpacker.hpp"

#include <algorithm>

#include "core/bytes.hpp"

namespace trigloop::io::raw {
namespace {

using core::load_le;

constexpr std::size_t word = 4;
/// Objects of the calorimeter's blocks, two links each: six words behind the link's own.
constexpr std::size_t first_link = 1, link_words = 7, objects_of_link = 6;
enum Link : std::size_t { jet2, jet1, egamma2, egamma1, empty, sum, tau2, tau1 };

constexpr std::size_t group_of(std::uint32_t sds) {
  if (sds == sds_gmt) return 0;
  if (sds == sds_calo) return 1;
  if (sds <= sds_bmtf_last) return 2;
  return 3 + (sds - sds_tcp_jets);
}

std::uint32_t at(const std::byte* data, std::size_t i) { return load_le<std::uint32_t>(data + i * word); }

const std::byte* link(const Block& block, Link which) { return block.data + (first_link + which * link_words) * word; }

}  // namespace

void Unpacker::clear() noexcept {
  for (Objects& objects : objects_) {
    objects.n = 0;
    objects.by_orbit.resize(1);
  }
  dropped_.clear();
  other_orbits_.clear();
  for (BlockList& list : lists_) {
    list.blocks.clear();
    list.other_orbits = 0;
  }
}

std::optional<Fault> Unpacker::add(std::uint32_t sds, std::span<const std::byte> part, std::uint32_t orbit) {
  return list_blocks(sds, part, orbit, lists_[group_of(sds)]);
}

void Unpacker::begin_orbit() {
  const std::size_t begin = size() * orbits::offsets_of_orbit;
  for (Objects& objects : objects_) {
    objects.by_crossing.resize(begin + orbits::offsets_of_orbit);
    objects.counts = &objects.by_crossing[begin];
    std::fill_n(objects.counts, orbits::offsets_of_orbit, 0u);
  }
  now_ = {};
}

void Unpacker::end_orbit() {
  begin_orbit();
  std::uint32_t others = 0;
  for (BlockList& list : lists_) {
    others += list.other_orbits;
    unpack_list(list);
  }
  for (Objects& objects : objects_) {
    for (std::size_t i = 1; i < orbits::offsets_of_orbit; ++i) objects.counts[i] += objects.counts[i - 1];
    objects.by_orbit.push_back(static_cast<std::uint32_t>(objects.n));
  }
  dropped_.push_back(now_);
  other_orbits_.push_back(others);
}

void Unpacker::unpack_list(BlockList& list) {
  sort_blocks(list.blocks, scratch_);
  std::size_t objects = 0;
  for (const Block& block : list.blocks) objects += block.objects;
  if (!list.blocks.empty()) {
    // Room for all; of the calorimeter's blocks, for two links of each kind.
    for (std::size_t p = 0; p < product_count; ++p)
      make_room(static_cast<Product>(p), list.blocks[0].sds == sds_calo ? 2 * objects_of_link * objects : objects);
  }
  for (const Block& block : list.blocks) {
    switch (block.sds) {
      case sds_gmt:
        unpack_muons(block);
        break;
      case sds_calo:
        unpack_calo(block);
        break;
      case sds_tcp_jets:
        unpack_objects(jets, block.data, block.objects, block.crossing);
        break;
      case sds_tcp_egammas:
        unpack_objects(egammas, block.data, block.objects, block.crossing);
        break;
      case sds_tcp_taus:
        unpack_objects(taus, block.data, block.objects, block.crossing);
        break;
      case sds_tcp_sums:
        unpack_sums(block.data, block.crossing);
        break;
      default:
        unpack_stubs(block);
    }
  }
  list.blocks.clear();
  list.other_orbits = 0;
}

void Unpacker::make_room(Product product, std::size_t n) {
  Objects& objects = objects_[product];
  for (std::size_t w = 0; w < kind_of(product).words; ++w) objects.words[w].resize(objects.n + n);
}

void Unpacker::unpack_muons(const Block& block) {
  Objects& out = objects_[muons];
  const std::size_t before = out.n;
  for (std::size_t i = 0; i < block.objects; ++i) {
    const std::uint32_t f = at(block.data, 3 * i), s = at(block.data, 3 * i + 1), extra = at(block.data, 3 * i + 2);
    const std::uint32_t intermediate = extra >> 31, no_pt = (f >> 10 & 0x1FF) == 0, quality_0 = (f >> 19 & 15) == 0;
    now_.intermediate_muons += intermediate;
    now_.muons_without_pt += ~intermediate & no_pt;
    now_.muons_of_quality_0 += ~intermediate & ~no_pt & quality_0;
    out.words[0][out.n] = f;
    out.words[1][out.n] = s;
    out.words[2][out.n] = extra;
    out.n += ~(intermediate | no_pt | quality_0) & 1;
  }
  out.counts[block.crossing + 1] += static_cast<std::uint32_t>(out.n - before);
}

void Unpacker::unpack_objects(Product product, const std::byte* data, std::size_t n, std::uint32_t crossing) {
  Objects& out = objects_[product];
  const std::uint32_t energy = product == jets ? 0x7FF : 0x1FF;
  std::uint32_t* to = out.words[0].data() + out.n;
  std::uint32_t kept = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const std::uint32_t object = at(data, i);
    to[kept] = object;
    kept += (object & energy) != 0 ? 1 : 0;
  }
  out.n += kept;
  out.counts[crossing + 1] += kept;
  now_.empty_calo_objects += static_cast<std::uint32_t>(n) - kept;
}

void Unpacker::unpack_calo(const Block& block) {
  const auto objects = [&](Product product, Link first, Link second) {
    unpack_objects(product, link(block, first), objects_of_link, block.crossing);
    unpack_objects(product, link(block, second), objects_of_link, block.crossing);
  };
  objects(jets, jet1, jet2);
  objects(egammas, egamma1, egamma2);
  objects(taus, tau1, tau2);
  unpack_sums(link(block, sum), block.crossing);
}

void Unpacker::unpack_sums(const std::byte* data, std::uint32_t crossing) {
  Objects& out = objects_[sums];
  for (std::size_t w = 0; w < most_words; ++w) out.words[w][out.n] = at(data, w);
  ++out.n;
  ++out.counts[crossing + 1];
}

/// The tag says which is the first stub of a chamber (station and wheel) in the block.
void Unpacker::unpack_stubs(const Block& block) {
  Objects& out = objects_[stubs];
  std::uint32_t seen = 0;
  for (std::size_t i = 0; i < block.objects; ++i) {
    const auto bits = load_le<std::uint64_t>(block.data + 2 * word * i);
    const std::uint32_t chamber = 1u << (bits >> 40 & 31), first = (seen & chamber) == 0;
    seen |= chamber;
    out.words[0][out.n] = static_cast<std::uint32_t>(bits);
    out.words[1][out.n] = static_cast<std::uint32_t>(bits >> 26);
    out.words[2][out.n] = (block.sds - sds_bmtf_first) | first << 4;
    ++out.n;
  }
  out.counts[block.crossing + 1] += block.objects;
}

Words Unpacker::words(Product product) const noexcept {
  Words words{};
  for (std::size_t w = 0; w < kind_of(product).words; ++w) words[w] = objects_[product].words[w].data();
  return words;
}

}  // namespace trigloop::io::raw
