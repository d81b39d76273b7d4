// Random blocks, unpacked and compared with a plain reading of CMSSW's unpackers.
#include "io/raw/unpacker.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "core/random.hpp"
#include "test/io/raw/raw_file.hpp"

namespace trigloop::io::raw {
namespace {

using test::RawWords;
using Object = std::vector<std::int32_t>;
using ByCrossing = std::map<std::uint32_t, std::vector<Object>>;

std::int32_t bits(std::uint64_t word, unsigned shift, unsigned width) {
  return static_cast<std::int32_t>(word >> shift & ((1u << width) - 1));
}
std::int32_t complement(std::int32_t value, std::int32_t width) {
  return value >= 1 << (width - 1) ? value - (1 << width) : value;
}

/// A muon as CMSSW unpacks it; nothing, if it is dropped.
std::optional<Object> muon_of(std::uint32_t f, std::uint32_t s, std::uint32_t extra) {
  if (bits(extra, 31, 1) == 1 || bits(f, 10, 9) - 1 < 0 || bits(f, 19, 4) == 0) return std::nullopt;
  std::int32_t eta_at_vertex = bits(f, 23, 8);
  if ((f >> 23 & 0x100) != 0) eta_at_vertex -= 256;
  std::int32_t eta = (extra & 1) == 0 ? bits(extra, 13, 9) : bits(extra, 22, 9);
  if (eta > 256) eta -= 512;
  const std::int32_t charge = bits(s, 3, 1) == 0 ? 0 : bits(s, 2, 1) == 1 ? -1 : 1;
  return Object{bits(f, 10, 9), eta,           bits(s, 11, 10), bits(f, 19, 4), charge,         bits(s, 3, 1),
                bits(s, 0, 2),  bits(s, 4, 7), eta_at_vertex,   bits(f, 0, 10), bits(s, 21, 8), bits(s, 30, 2)};
}

Object sums_of(const std::uint32_t* w) {
  const auto azimuth = [&](int i) { return bits(w[i], 0, 12) > 0 ? bits(w[i], 12, 8) : 0; };
  const auto amount = [&](int i) { return bits(w[i], 0, 12); };
  return {amount(0),         bits(w[0], 12, 12), amount(1),
          amount(2),         azimuth(2),         amount(3),
          azimuth(3),        amount(4),          azimuth(4),
          amount(5),         azimuth(5),         bits(w[2], 20, 8),
          bits(w[3], 20, 8), bits(w[4], 20, 8),  bits(w[5], 20, 8),
          bits(w[0], 28, 4), bits(w[1], 28, 4),  bits(w[2], 28, 4),
          bits(w[3], 28, 4), bits(w[1], 12, 13), (bits(w[5], 28, 2) << 4) + bits(w[4], 28, 2)};
}

/// What an unpacker has of an orbit, in the same form.
ByCrossing unpacked(const Unpacker& unpacker, Product product, std::size_t orbit) {
  const auto offsets =
      unpacker.crossing_offsets(product).subspan(orbit * orbits::offsets_of_orbit, orbits::offsets_of_orbit);
  const std::size_t n = unpacker.orbit_offsets(product).back(), first = unpacker.orbit_offsets(product)[orbit];
  std::vector<std::vector<std::int32_t>> members;
  for (const Member& member : kind_of(product).members) {
    std::vector<std::byte> memory(n * event::size_of(member.type) + 64);
    decode(member, unpacker.words(product), n, memory.data());
    auto& values = members.emplace_back();
    for (std::size_t i = 0; i < n; ++i) {
      event::visit(member.type, [&](auto one) {
        values.push_back(static_cast<std::int32_t>(reinterpret_cast<decltype(one)*>(memory.data())[i]));
      });
    }
  }
  ByCrossing found;
  for (std::uint32_t crossing = 0; crossing < orbits::crossing_slots; ++crossing) {
    for (std::size_t i = offsets[crossing]; i < offsets[crossing + 1]; ++i) {
      Object& object = found[crossing].emplace_back();
      for (const auto& values : members) object.push_back(values[first + i]);
    }
  }
  EXPECT_EQ(offsets[orbits::crossing_slots] + first, unpacker.orbit_offsets(product)[orbit + 1]);
  return found;
}

std::span<const std::byte> bytes_of(const RawWords& words) { return std::as_bytes(std::span(words)); }

class Random {
 public:
  explicit Random(std::uint64_t seed) : random_(seed, 0) {}
  std::uint32_t word() { return static_cast<std::uint32_t>(random_()); }
  std::uint32_t below(std::uint32_t n) { return word() % n; }
  /// A word that is often sparse, so that nothing is rare.
  std::uint32_t object() { return below(3) == 0 ? word() & word() & word() & 0xFFFFF800 : word(); }

 private:
  core::Philox random_;
};

TEST(Unpacker, GivesMuonsAsCmsswDoes) {
  Random random(1);
  Unpacker unpacker;
  std::vector<ByCrossing> expected(3);
  std::vector<Dropped> dropped(3);
  for (std::uint32_t orbit = 0; orbit < 3; ++orbit) {
    RawWords words;
    for (std::uint32_t crossing = 1 + random.below(9); crossing <= 3564; crossing += 1 + random.below(40)) {
      const std::uint32_t first = random.below(16), second = random.below(16);
      words.insert(words.end(), {second << 16 | first | 0xFF00FF00, crossing, orbit | 0x80000000});
      for (std::uint32_t i = 0; i < first + second; ++i) {
        const std::uint32_t f = random.object(), s = random.word(),
                            extra = random.below(4) == 0 ? random.word() : random.word() >> 1;
        words.insert(words.end(), {f, s, extra});
        if (const auto muon = muon_of(f, s, extra)) expected[orbit][crossing].push_back(*muon);
        Dropped& counts = dropped[orbit];
        if (extra >> 31 != 0)
          ++counts.intermediate_muons;
        else if (bits(f, 10, 9) == 0)
          ++counts.muons_without_pt;
        else if (bits(f, 19, 4) == 0)
          ++counts.muons_of_quality_0;
      }
    }
    ASSERT_EQ(unpacker.add(sds_gmt, bytes_of(words), orbit), std::nullopt);
    unpacker.end_orbit();
  }
  for (std::size_t orbit = 0; orbit < 3; ++orbit) {
    EXPECT_EQ(unpacked(unpacker, muons, orbit), expected[orbit]);
    EXPECT_EQ(unpacker.dropped()[orbit].intermediate_muons, dropped[orbit].intermediate_muons);
    EXPECT_EQ(unpacker.dropped()[orbit].muons_without_pt, dropped[orbit].muons_without_pt);
    EXPECT_EQ(unpacker.dropped()[orbit].muons_of_quality_0, dropped[orbit].muons_of_quality_0);
    EXPECT_EQ(unpacker.other_orbits()[orbit], 0u);
  }
}

/// Where the first link of a kind begins in a block, and its second.
constexpr std::pair<int, int> jet_links{11, 4}, egamma_links{25, 18}, tau_links{53, 46};

TEST(Unpacker, GivesTheCalorimetersObjectsAsCmsswDoes) {
  Random random(2);
  Unpacker unpacker;
  std::map<Product, ByCrossing> expected;
  RawWords words;
  std::uint32_t empty = 0;
  for (std::uint32_t crossing = 1; crossing <= 3564; crossing += 1 + random.below(60)) {
    RawWords block = test::calo_block(crossing, 5);
    for (std::size_t i = 3; i < block.size(); ++i) block[i] = random.object();
    const auto expect = [&](Product product, std::pair<int, int> links, unsigned et, unsigned last) {
      for (const int link : {links.first, links.second}) {
        for (int i = link; i < link + 6; ++i) {
          const std::uint32_t w = block[static_cast<std::size_t>(i)];
          if (bits(w, 0, et) == 0) {
            ++empty;
            continue;
          }
          expected[product][crossing].push_back(
              {bits(w, 0, et), complement(bits(w, et, 8), 8), bits(w, et + 8, 8), bits(w, last, 2)});
        }
      }
    };
    expect(jets, jet_links, 11, 28);
    expect(egammas, egamma_links, 9, 25);
    expect(taus, tau_links, 9, 25);
    expected[sums][crossing].push_back(sums_of(&block[39]));
    words.insert(words.end(), block.begin(), block.end());
  }
  ASSERT_EQ(unpacker.add(sds_calo, bytes_of(words), 5), std::nullopt);
  unpacker.end_orbit();
  for (const Product product : {jets, egammas, taus, sums})
    EXPECT_EQ(unpacked(unpacker, product, 0), expected[product]);
  EXPECT_EQ(unpacker.dropped()[0].empty_calo_objects, empty);
}

TEST(Unpacker, TakesTheCalorimetersStreamsOneByOne) {
  Unpacker unpacker;
  const RawWords jet_words{2, 9, 4, 100, 200, 0, 11, 4}, sum_words{9, 4, 7, 8, 9, 10, 11, 12};
  ASSERT_EQ(unpacker.add(sds_tcp_jets, bytes_of(jet_words), 4), std::nullopt);
  ASSERT_EQ(unpacker.add(sds_tcp_sums, bytes_of(sum_words), 4), std::nullopt);
  unpacker.end_orbit();
  EXPECT_EQ(unpacked(unpacker, jets, 0), (ByCrossing{{9, {{100, 0, 0, 0}, {200, 0, 0, 0}}}}));
  EXPECT_EQ(unpacked(unpacker, sums, 0), (ByCrossing{{9, {sums_of(&sum_words[2])}}}));
  EXPECT_TRUE(unpacked(unpacker, egammas, 0).empty());
}

TEST(Unpacker, JoinsStubsOfAllSectorsAndTagsTheFirstOfAChamber) {
  Random random(3);
  Unpacker unpacker;
  ByCrossing expected;
  std::vector<RawWords> parts;
  for (std::uint32_t sector = 0; sector < 12; ++sector) {
    RawWords& words = parts.emplace_back();
    for (std::uint32_t crossing = 1 + random.below(500); crossing <= 3564; crossing += 1 + random.below(500)) {
      const std::uint32_t n = random.below(20);
      words.insert(words.end(), {n, crossing, 5});
      std::map<std::pair<int, int>, int> seen;
      for (std::uint32_t i = 0; i < n; ++i) {
        const std::uint64_t stub = std::uint64_t{random.word()} << 32 | random.word();
        words.insert(words.end(), {static_cast<std::uint32_t>(stub), static_cast<std::uint32_t>(stub >> 32)});
        const std::int32_t station = bits(stub, 40, 2) + 1, wheel = complement(bits(stub, 42, 3), 3);
        expected[crossing].push_back({complement(bits(stub, 1, 12), 12), complement(bits(stub, 13, 10), 10),
                                      bits(stub, 23, 3), bits(stub, 26, 7), bits(stub, 33, 7), station, wheel,
                                      static_cast<std::int32_t>(sector), seen[{station, wheel}]++ == 0 ? 1 : 0});
      }
    }
  }
  for (std::uint32_t sector = 0; sector < 12; ++sector)
    ASSERT_EQ(unpacker.add(sds_bmtf_first + sector, bytes_of(parts[sector]), 5), std::nullopt);
  unpacker.end_orbit();
  std::erase_if(expected, [](const auto& one) { return one.second.empty(); });
  EXPECT_EQ(unpacked(unpacker, stubs, 0), expected);
}

TEST(Unpacker, SortsCrossingsThatComeInAnyOrder) {
  Unpacker unpacker;
  const std::uint32_t f = 50u << 10 | 12u << 19;
  const RawWords words =
      test::joined({test::muon_block(3564, 5, {f + 1, 0, 0}), test::muon_block(2, 5, {f + 2, 0, 0}),
                    test::muon_block(3564, 5, {f + 3, 0, 0}), test::muon_block(1, 5, {f + 4, 0, 0})});
  ASSERT_EQ(unpacker.add(sds_gmt, bytes_of(words), 5), std::nullopt);
  unpacker.end_orbit();
  const auto found = unpacked(unpacker, muons, 0);
  ASSERT_EQ(found.size(), 3u);
  constexpr std::size_t phi_at_vertex = 9;
  EXPECT_EQ(found.at(1)[0][phi_at_vertex], 4);
  EXPECT_EQ(found.at(2)[0][phi_at_vertex], 2);
  EXPECT_EQ(found.at(3564)[0][phi_at_vertex], 1) << "in the order in which they came";
  EXPECT_EQ(found.at(3564)[1][phi_at_vertex], 3);
}

TEST(Unpacker, CountsBlocksThatNameAnotherOrbit) {
  Unpacker unpacker;
  const RawWords words = test::joined({test::muon_block(1, 6, {}), test::muon_block(2, 5, {})});
  ASSERT_EQ(unpacker.add(sds_gmt, bytes_of(words), 5), std::nullopt);
  unpacker.end_orbit();
  EXPECT_EQ(unpacker.other_orbits()[0], 1u);
}

}  // namespace
}  // namespace trigloop::io::raw
