#include "io/root/decompress.hpp"

#include <gtest/gtest.h>

#include <cstring>

#include "core/error.hpp"
#include "core/isa.hpp"
#include "io/root/compress.hpp"
#include "io/root/inflate.hpp"

namespace trigloop::io::root {
namespace {

using Bytes = std::vector<std::byte>;

/// Bytes that compress well, not at all, or in stretches.
Bytes sample(std::size_t size, int kind) {
  Bytes bytes(size);
  std::uint64_t state = 12345 + static_cast<std::uint64_t>(kind);
  for (std::size_t i = 0; i < size; ++i) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    const bool noise = kind == 1 || (kind == 2 && (i / 40000) % 2 == 1);
    bytes[i] = static_cast<std::byte>(noise ? state >> 56 : i / 7 % 5);
  }
  return bytes;
}

Bytes pack(const Bytes& raw, Codec codec, int level) {
  Compressor compressor(codec, level);
  Bytes out(compressor.bound(raw.size()));
  out.resize(compressor(raw, out.data()));
  return out;
}

TEST(Decompress, GivesAnyPrefixWithAndWithoutChecks) {
  for (const Codec codec : {Codec::zlib, Codec::zstd, Codec::lz4}) {
    for (int kind = 0; kind < 3; ++kind) {
      const Bytes raw = sample(200'000, kind), packed = pack(raw, codec, 1);
      if (packed.empty()) continue;  // stored as it is
      for (const bool verify : {true, false}) {
        Decompressor decompressor(verify);
        for (const std::size_t wanted : {std::size_t{1}, std::size_t{100}, std::size_t{39'900}, std::size_t{65'536},
                                         std::size_t{100'000}, std::size_t{199'000}, raw.size()}) {
          Bytes out(raw.size(), std::byte{0xAA});
          decompressor.run(packed, out, wanted);
          ASSERT_EQ(std::memcmp(out.data(), raw.data(), wanted), 0)
              << "codec " << static_cast<int>(codec) << " kind " << kind << " wanted " << wanted;
        }
      }
    }
  }
}

TEST(Decompress, GivesABeginningWithoutTheRest) {
  const Bytes raw = sample(400'000, 0);
  Bytes packed = pack(raw, Codec::zstd, 1);
  Decompressor decompressor;
  for (const std::size_t wanted : {std::size_t{1}, std::size_t{16'384}, raw.size()}) {
    Bytes out(wanted);
    ASSERT_TRUE(decompressor.beginning(packed, out));
    EXPECT_EQ(std::memcmp(out.data(), raw.data(), wanted), 0);
    Bytes whole(raw.size());
    decompressor.run(packed, whole);  // the codec's state is as it was
    EXPECT_EQ(whole, raw);
  }
  Bytes more(raw.size() + 1), few(100);
  EXPECT_FALSE(decompressor.beginning(packed, more));
  EXPECT_FALSE(decompressor.beginning(pack(raw, Codec::zlib, 1), few)) << "is checked whole";
  std::fill(packed.begin() + 9, packed.end(), std::byte{0});
  EXPECT_FALSE(decompressor.beginning(packed, few));
}

/// A basket's content: values, then entry offsets, big-endian.
Bytes basket(std::size_t values, std::size_t entries) {
  Bytes bytes(values + 4 * entries);
  std::uint64_t state = 7;
  for (std::size_t i = 1; i < values; i += 2) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    bytes[i] = static_cast<std::byte>(state >> 58);
  }
  for (std::size_t i = 0; i < entries; ++i) {
    bytes[values + 4 * i + 2] = static_cast<std::byte>(i / 16);
    bytes[values + 4 * i + 3] = static_cast<std::byte>(i % 16 * 16);
  }
  return bytes;
}

TEST(Decompress, StopsBehindThePartThatIsWanted) {
  const Bytes raw = basket(20'000, 3000), packed = pack(raw, Codec::zstd, 5);
  Decompressor decompressor;
  for (const std::size_t wanted : {std::size_t{19'000}, std::size_t{20'008}, std::size_t{25'000}}) {
    Bytes out(raw.size(), std::byte{0xAA});
    ASSERT_TRUE(decompressor.part(packed, out, wanted)) << wanted;
    EXPECT_EQ(std::memcmp(out.data(), raw.data(), wanted), 0) << wanted;
    EXPECT_EQ(out.back(), std::byte{0xAA}) << "it went on to the end";
    Bytes whole(raw.size());
    decompressor.run(packed, whole);  // the codec's state is as it was
    EXPECT_EQ(whole, raw);
  }
}

TEST(Decompress, DoesNotStopWhereThatProvesNothing) {
  const Bytes raw = basket(20'000, 3000);
  Decompressor decompressor;
  Bytes out(raw.size());
  EXPECT_FALSE(decompressor.part(pack(raw, Codec::zlib, 5), out, 20'000)) << "has a checksum";
  Bytes packed = pack(raw, Codec::zstd, 5);
  EXPECT_FALSE(decompressor.part(packed, out, raw.size()));
  EXPECT_FALSE(decompressor.part(packed, out, raw.size() - 50)) << "too little behind";
  for (std::size_t size = 14; size < packed.size(); size += 7) {
    EXPECT_THROW(decompressor.part(std::span(packed).first(size), out, 20'000), core::Error) << size;
  }
  packed[9 + 4] |= std::byte{4};
  EXPECT_FALSE(decompressor.part(packed, out, 20'000)) << "says to have a checksum";
  const Bytes large = basket(60'000, 10'000);
  Bytes room(large.size());
  EXPECT_FALSE(decompressor.part(pack(large, Codec::zstd, 5), room, 66'000)) << "zstd may keep literals in the room";
}

TEST(Decompress, GivesSeveralPrefixesAsOneByOne) {
  const Bytes smooth = sample(60'000, 0), mixed = sample(60'000, 2);
  Bytes damaged = pack(smooth, Codec::zlib, 9);
  std::fill(damaged.begin() + 15, damaged.end(), std::byte{0xFF});
  const std::vector<Bytes> blocks = {pack(smooth, Codec::zlib, 9), pack(mixed, Codec::zlib, 6),
                                     pack(smooth, Codec::zstd, 1), damaged,
                                     pack(smooth, Codec::zlib, 1), pack(sample(60'000, 7), Codec::zlib, 9)};
  const std::vector<Bytes> raws = {smooth, mixed, smooth, smooth, smooth, sample(60'000, 7)};
  for (const char* isa : {"", "scalar"}) {
    core::force_isa(isa);
    Decompressor decompressor;
    for (const std::size_t wanted : {std::size_t{1}, std::size_t{39'000}, std::size_t{58'000}}) {
      std::vector<Bytes> outs(blocks.size(), Bytes(60'000));
      std::vector<Decompressor::Prefix> all;
      for (std::size_t i = 0; i < blocks.size(); ++i) all.push_back({blocks[i], outs[i], wanted});
      decompressor.prefixes(all);
      for (std::size_t i = 0; i < blocks.size(); ++i) {
        Bytes alone(60'000);
        ASSERT_EQ(all[i].checksum, decompressor.prefix(blocks[i], alone, wanted)) << "block " << i;
        if (!all[i].checksum) continue;
        ASSERT_EQ(std::memcmp(outs[i].data(), raws[i].data(), wanted), 0) << "block " << i << ", wanted " << wanted;
        EXPECT_EQ(*all[i].checksum, adler32(1, raws[i]));
      }
      EXPECT_TRUE(all[0].checksum && all[4].checksum && all[5].checksum);
      EXPECT_FALSE(all[2].checksum || all[3].checksum);
    }
  }
  core::force_isa("");
}

TEST(Decompress, GivesNoWholeBlockThatItWouldRefuseAlone) {
  const Bytes raw = sample(3'000, 0), good = pack(raw, Codec::zlib, 9);
  Decompressor decompressor;
  constexpr std::size_t header = 9;
  for (std::size_t bit = 8 * header; bit < 8 * good.size(); ++bit) {
    Bytes broken = good, alone(raw.size());
    broken[bit / 8] ^= static_cast<std::byte>(1u << bit % 8);
    std::vector<Bytes> outs(3, Bytes(raw.size() + Decompressor::whole_slack));
    std::vector<Decompressor::Prefix> all;
    for (const Bytes* block : {&good, static_cast<const Bytes*>(&broken), &good}) {
      all.push_back({*block, std::span(outs[all.size()]).first(raw.size()), raw.size(), Decompressor::whole_slack});
    }
    decompressor.prefixes(all);
    EXPECT_EQ(all[0].checksum.has_value(), Inflater::usable());
    EXPECT_EQ(all[0].checksum, all[2].checksum);
    if (!all[1].checksum) continue;
    ASSERT_NO_THROW(decompressor.run(broken, alone)) << "bit " << bit;
    ASSERT_EQ(std::memcmp(outs[1].data(), alone.data(), raw.size()), 0) << "bit " << bit;
  }
}

TEST(Decompress, RefusesSizesThatDoNotFit) {
  const Bytes raw = sample(5000, 0);
  for (const Codec codec : {Codec::zlib, Codec::zstd, Codec::lz4}) {
    const Bytes packed = pack(raw, codec, 1);
    EXPECT_EQ(declared_bytes(packed), raw.size());
    Bytes out(raw.size() - 1), larger(raw.size() + 1);
    EXPECT_THROW(Decompressor().run(packed, out), core::Error);
    EXPECT_THROW(Decompressor().run(packed, larger), core::Error);
    for (std::size_t size = 0; size < packed.size(); ++size) {
      Bytes target(raw.size());
      EXPECT_THROW(Decompressor().run(std::span(packed).first(size), target), core::Error);
    }
  }
}

TEST(Decompress, NoticesEveryFlippedByteWhereTheFormatHasAChecksum) {
  const Bytes raw = sample(3000, 0);
  for (const Codec codec : {Codec::zlib, Codec::lz4}) {
    const Bytes packed = pack(raw, codec, 1);
    for (std::size_t i = 0; i < packed.size(); ++i) {
      Bytes broken = packed, out(raw.size());
      broken[i] ^= std::byte{0x10};
      try {
        Decompressor().run(broken, out);
        EXPECT_EQ(out, raw) << "byte " << i;  // bits without a meaning, like the method byte
      } catch (const core::Error&) {
      }
    }
  }
}

TEST(Decompress, NamesUnknownAlgorithms) {
  const Bytes raw = sample(500, 0);
  Bytes packed = pack(raw, Codec::zlib, 1), out(raw.size());
  packed[0] = std::byte{'Q'};
  try {
    Decompressor().run(packed, out);
    FAIL();
  } catch (const core::Error& e) {
    EXPECT_EQ(e.code(), core::ErrorCode::unsupported);
  }
}

TEST(Decompress, DescribesSettings) {
  EXPECT_EQ(describe_compression(0), "none");
  EXPECT_EQ(describe_compression(9), "ZLIB-9");
  EXPECT_EQ(describe_compression(101), "ZLIB-1");
  EXPECT_EQ(describe_compression(404), "LZ4-4");
  EXPECT_EQ(describe_compression(505), "ZSTD-5");
}

}  // namespace
}  // namespace trigloop::io::root
