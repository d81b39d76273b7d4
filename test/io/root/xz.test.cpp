// Our decoder of LZMA2 beside liblzma's: the same bytes, and the same verdict on damaged ones.
#include "io/root/xz.hpp"

#include <gtest/gtest.h>
#include <lzma.h>

#include <cstring>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "core/random.hpp"
#include "test/io/root/compressible.hpp"

namespace trigloop::io::root {
namespace {

using test::Bytes, test::content, test::kinds;

std::uint8_t* raw(Bytes& bytes) { return reinterpret_cast<std::uint8_t*>(bytes.data()); }
const std::uint8_t* raw(const Bytes& bytes) { return reinterpret_cast<const std::uint8_t*>(bytes.data()); }

struct Settings {
  std::uint32_t preset = 4, lc = 3, lp = 0, pb = 2, dictionary = 0;
  lzma_check check = LZMA_CHECK_CRC32;
};

lzma_options_lzma options_of(const Settings& settings) {
  lzma_options_lzma options;
  EXPECT_FALSE(lzma_lzma_preset(&options, settings.preset));
  options.lc = settings.lc, options.lp = settings.lp, options.pb = settings.pb;
  if (settings.dictionary != 0) options.dict_size = settings.dictionary;
  return options;
}

/// LZMA2 chunks alone, with bytes behind that mean nothing; and the dictionary that they need.
Bytes chunks_of(const Bytes& in, lzma_options_lzma options) {
  const lzma_filter filters[] = {{LZMA_FILTER_LZMA2, &options}, {LZMA_VLI_UNKNOWN, nullptr}};
  Bytes out(in.size() + in.size() / 2 + 1000);
  std::size_t size = 0;
  EXPECT_EQ(lzma_raw_buffer_encode(filters, nullptr, raw(in), in.size(), raw(out), &size, out.size()), LZMA_OK);
  out.resize(size + Lzma2Decoder::readable_behind);
  return out;
}

Bytes stream_of(const Bytes& in, const Settings& settings) {
  lzma_options_lzma options = options_of(settings);
  lzma_filter filters[] = {{LZMA_FILTER_LZMA2, &options}, {LZMA_VLI_UNKNOWN, nullptr}};
  Bytes out(lzma_stream_buffer_bound(in.size()));
  std::size_t size = 0;
  EXPECT_EQ(
      lzma_stream_buffer_encode(filters, settings.check, nullptr, raw(in), in.size(), raw(out), &size, out.size()),
      LZMA_OK);
  out.resize(size);
  return out;
}

/// All settings that the format allows are met.
std::vector<Settings> many_settings() {
  std::vector<Settings> all = {{0}, {4}, {6}, {9}, {9 | LZMA_PRESET_EXTREME}};
  for (std::uint32_t lc = 0; lc <= 4; ++lc)
    for (std::uint32_t lp = 0; lc + lp <= 4; ++lp) all.push_back({4, lc, lp, (lc + 3 * lp) % 5});
  for (const std::uint32_t dictionary : {4096u, 5000u, 65536u}) all.push_back({6, 3, 0, 2, dictionary});
  return all;
}

TEST(Lzma2, GivesWhatWasPackedWithAnySettings) {
  Lzma2Decoder decoder;
  for (const Settings& settings : many_settings()) {
    for (int kind = 0; kind < kinds; ++kind) {
      for (const std::size_t size :
           {std::size_t{1}, std::size_t{2}, std::size_t{17}, std::size_t{300}, std::size_t{30'000}}) {
        const Bytes in = content(size, kind, size);
        const lzma_options_lzma options = options_of(settings);
        const Bytes packed = chunks_of(in, options);
        Bytes out(size, std::byte{0xAA});
        const auto took = decoder.run(packed, out, options.dict_size);
        ASSERT_EQ(took, packed.size() - Lzma2Decoder::readable_behind)
            << "preset " << settings.preset << " lc " << settings.lc << " lp " << settings.lp << " kind " << kind
            << " size " << size;
        ASSERT_EQ(out, in);
      }
    }
  }
}

TEST(Lzma2, GivesManyChunksOfBothKinds) {
  Lzma2Decoder decoder;
  for (const int kind : {2, 4, 5}) {
    const Bytes in = content(2'500'000, kind, 1);
    const lzma_options_lzma options = options_of({0});
    Bytes out(in.size());
    ASSERT_TRUE(decoder.run(chunks_of(in, options), out, options.dict_size));
    EXPECT_EQ(out, in);
  }
}

TEST(Lzma2, GivesAnyBeginning) {
  Lzma2Decoder decoder;
  for (const int kind : {2, 3, 5}) {
    const Bytes in = content(300'000, kind, 1);
    const lzma_options_lzma options = options_of({});
    const Bytes packed = chunks_of(in, options), stream = stream_of(in, {});
    for (const std::size_t size :
         {std::size_t{0}, std::size_t{1}, std::size_t{77}, std::size_t{16'384}, std::size_t{140'001}, in.size()}) {
      Bytes out(size), out_of_stream(size);
      ASSERT_TRUE(decoder.beginning(packed, out, options.dict_size)) << kind << ' ' << size;
      ASSERT_TRUE(decode_xz_beginning(stream, out_of_stream, decoder));
      ASSERT_EQ(out, Bytes(in.begin(), in.begin() + static_cast<std::ptrdiff_t>(size)));
      ASSERT_EQ(out_of_stream, out);
    }
    Bytes more(in.size() + 1);
    EXPECT_FALSE(decoder.beginning(packed, more, options.dict_size));
    EXPECT_FALSE(decode_xz_beginning(stream, more, decoder));
  }
}

TEST(Lzma2, NeedsTheBytesBehindAndTheRightSize) {
  Lzma2Decoder decoder;
  const Bytes in = content(5000, 3, 1);
  const Bytes packed = chunks_of(in, options_of({}));
  Bytes out(in.size()), larger(in.size() + 1), smaller(in.size() - 1);
  EXPECT_TRUE(decoder.run(packed, out, 1u << 20));
  EXPECT_FALSE(decoder.run(packed, larger, 1u << 20));
  EXPECT_FALSE(decoder.run(packed, smaller, 1u << 20));
  const std::size_t needed = packed.size() - 1;  // the end mark is among the bytes behind the last chunk
  for (std::size_t size = 0; size < needed; ++size)
    ASSERT_FALSE(decoder.run(std::span(packed).first(size), out, 1u << 20)) << size;
}

/// What liblzma makes of a stream; nothing, if it refuses it.
std::optional<Bytes> by_liblzma(const Bytes& in, std::size_t size) {
  Bytes out(size);
  std::uint64_t limit = 200u << 20;
  std::size_t from = 0, to = 0;
  const lzma_ret result =
      lzma_stream_buffer_decode(&limit, 0, nullptr, raw(in), &from, in.size(), raw(out), &to, out.size());
  return result == LZMA_OK && to == size ? std::optional(out) : std::nullopt;
}

std::optional<Bytes> by_us(const Bytes& in, std::size_t size, Lzma2Decoder& decoder) {
  Bytes out(size);
  try {
    decode_xz(in, out, decoder);
  } catch (const core::Error& e) {
    EXPECT_EQ(e.code(), core::ErrorCode::damaged);
    return {};
  }
  return out;
}

TEST(Xz, GivesWhatLiblzmaGivesWithAnyCheck) {
  Lzma2Decoder decoder;
  for (const lzma_check check : {LZMA_CHECK_NONE, LZMA_CHECK_CRC32, LZMA_CHECK_CRC64, LZMA_CHECK_SHA256}) {
    Settings settings;
    settings.check = check;
    for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{4097}}) {
      const Bytes in = content(size, 3, 9);
      EXPECT_EQ(by_us(stream_of(in, settings), size, decoder), in);
    }
  }
}

TEST(Xz, IsRefusedWhereLiblzmaRefusesIt) {
  core::Philox random(11, 1);
  Lzma2Decoder decoder;
  std::size_t refused = 0;
  for (int kind = 0; kind < kinds; ++kind) {
    for (const lzma_check check : {LZMA_CHECK_NONE, LZMA_CHECK_CRC32}) {
      Settings settings;
      settings.check = check;
      settings.dictionary = 4096;
      const Bytes in = content(6000, kind, 3), good = stream_of(in, settings);
      for (int i = 0; i < 1500; ++i) {
        Bytes bad = good;
        for (auto n = random() % 3; n < 3; ++n)
          bad[random() % bad.size()] ^= static_cast<std::byte>(1u << random() % 8);
        if (i % 10 == 0) bad.resize(random() % bad.size());
        const auto expected = by_liblzma(bad, in.size());
        ASSERT_EQ(by_us(bad, in.size(), decoder), expected) << "kind " << kind << ", case " << i;
        refused += expected ? 0 : 1;
      }
    }
  }
  EXPECT_GT(refused, 10'000u);
}

/// Without a check behind, damaged chunks are often decoded to other bytes: they must be the same others.
TEST(Lzma2, MakesOfDamagedChunksWhatLiblzmaMakesOfThemOrRefuses) {
  core::Philox random(12, 1);
  Lzma2Decoder decoder;
  std::size_t accepted = 0;
  for (int kind = 0; kind < kinds; ++kind) {
    lzma_options_lzma options = options_of({});
    const lzma_filter filters[] = {{LZMA_FILTER_LZMA2, &options}, {LZMA_VLI_UNKNOWN, nullptr}};
    const Bytes in = content(3000, kind, 4), good = chunks_of(in, options);
    for (int i = 0; i < 4000; ++i) {
      Bytes bad = good, ours(in.size()), theirs(in.size());
      bad[random() % (bad.size() - Lzma2Decoder::readable_behind)] ^= static_cast<std::byte>(1u << random() % 8);
      const auto took = decoder.run(bad, ours, options.dict_size);
      if (!took) continue;
      std::size_t from = 0, to = 0;
      ASSERT_EQ(lzma_raw_buffer_decode(filters, nullptr, raw(bad), &from, bad.size(), raw(theirs), &to, theirs.size()),
                LZMA_OK);
      ASSERT_EQ(from, *took);
      ASSERT_EQ(ours, theirs);
      ++accepted;
    }
  }
  EXPECT_GT(accepted, 0u);
}

}  // namespace
}  // namespace trigloop::io::root
