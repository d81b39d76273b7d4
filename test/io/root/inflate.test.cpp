// Our decoder of deflate beside libdeflate's, by which streams are made with zlib's every level and strategy.
#include "io/root/inflate.hpp"

#include <gtest/gtest.h>
#include <libdeflate.h>
#include <zlib.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/random.hpp"
#include "test/io/root/compressible.hpp"

namespace trigloop::io::root {
namespace {

using test::Bytes, test::content, test::kinds;

struct Settings {
  int level = 9, strategy = Z_DEFAULT_STRATEGY, memory = 8;
};

std::string name(const Settings& settings) {
  return "level " + std::to_string(settings.level) + ", strategy " + std::to_string(settings.strategy) + ", memory " +
         std::to_string(settings.memory);
}

std::vector<Settings> many_settings() {
  std::vector<Settings> all;
  for (int level = 0; level <= 9; ++level) all.push_back({level});
  for (const int strategy : {Z_FILTERED, Z_HUFFMAN_ONLY, Z_RLE, Z_FIXED}) all.push_back({6, strategy});
  for (const int memory : {1, 9}) all.push_back({9, Z_DEFAULT_STRATEGY, memory});
  return all;
}

/// A deflate stream without a header.
Bytes packed(const Bytes& in, const Settings& settings) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, settings.level, Z_DEFLATED, -15, settings.memory, settings.strategy), Z_OK);
  Bytes out(deflateBound(&stream, static_cast<uLong>(in.size())));
  Bytes from = in;
  stream.next_in = reinterpret_cast<Bytef*>(from.data());
  stream.avail_in = static_cast<uInt>(from.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

/// What libdeflate makes of a stream of unknown size; nothing, if it refuses it.
std::optional<Bytes> by_libdeflate(const Bytes& in) {
  const std::unique_ptr<libdeflate_decompressor, void (*)(libdeflate_decompressor*)> decompressor{
      libdeflate_alloc_decompressor(), libdeflate_free_decompressor};
  Bytes out(1u << 20);
  std::size_t size = 0;
  if (libdeflate_deflate_decompress(decompressor.get(), in.data(), in.size(), out.data(), out.size(), &size) !=
      LIBDEFLATE_SUCCESS)
    return {};
  out.resize(size);
  return out;
}

class Inflation : public testing::Test {
 protected:
  void SetUp() override {
    if (!Inflater::usable()) GTEST_SKIP() << "this machine lacks AVX-512 VBMI2";
  }
  Inflater inflater_;
};

/// A stream to be decoded where nothing may be read behind it and nothing be written behind its room.
struct Case {
  Case(Bytes stream, std::size_t room, std::size_t want, bool to_its_end = false)
      : in(std::move(stream)), out(room + guard, mark), wanted(want), whole(to_its_end) {}

  Inflater::Job job() { return {in, std::span(out).first(out.size() - guard), wanted, whole}; }
  bool kept_to_its_room() const {
    return std::all_of(out.end() - static_cast<std::ptrdiff_t>(guard), out.end(),
                       [](std::byte b) { return b == mark; });
  }
  bool gave(const Bytes& expected) const {
    return std::equal(expected.begin(), expected.begin() + static_cast<std::ptrdiff_t>(wanted), out.begin());
  }

  static constexpr std::size_t guard = 300;
  static constexpr std::byte mark{0xA5};
  Bytes in, out;
  std::size_t wanted;
  bool whole;
};

std::vector<bool> run(Inflater& inflater, std::vector<Case>& cases) {
  std::vector<Inflater::Job> jobs;
  for (Case& one : cases) jobs.push_back(one.job());
  inflater.run(jobs);
  std::vector<bool> done;
  for (const Inflater::Job& job : jobs) done.push_back(job.done);
  return done;
}

TEST_F(Inflation, GivesWhatWasPackedWithAnyLevelAndStrategy) {
  for (const Settings& settings : many_settings()) {
    std::vector<Case> cases;
    std::vector<Bytes> wholes;
    for (int kind = 0; kind < kinds; ++kind) {
      for (const std::size_t size : {std::size_t{64}, std::size_t{3000}, std::size_t{60'000}, std::size_t{110'000}}) {
        wholes.push_back(content(size, kind, size));
        cases.emplace_back(packed(wholes.back(), settings), size, size - size / 5);
      }
    }
    const auto done = run(inflater_, cases);
    for (std::size_t i = 0; i < cases.size(); ++i) {
      ASSERT_TRUE(cases[i].kept_to_its_room()) << name(settings) << ", case " << i;
      // Blocks without compression are left to others: level 0 makes nothing else, and noise is stored by all levels.
      const std::size_t kind = i / 4;
      if (settings.level != 0 && kind != 4 && kind != 5) {
        ASSERT_TRUE(done[i]) << name(settings) << ", case " << i;
      }
      ASSERT_TRUE(!done[i] || cases[i].gave(wholes[i])) << name(settings) << ", case " << i;
    }
  }
}

TEST_F(Inflation, GivesAnyBeginningInAnyRoom) {
  for (const int kind : {0, 1, 2, 3, 6}) {
    const Bytes whole = content(50'000, kind, 5), stream = packed(whole, {});
    std::vector<Case> cases;
    for (std::size_t wanted : {0, 1, 47, 48, 63, 64, 65, 300, 5'000, 32'767, 32'768, 49'000, 49'900, 50'000}) {
      for (const std::size_t more : {0, 1, 15, 16, 48, 257, 5'000}) {
        const std::size_t room = std::max<std::size_t>(std::min(wanted + more, whole.size()), 64);
        cases.emplace_back(stream, room, wanted);
      }
    }
    const auto done = run(inflater_, cases);
    for (std::size_t i = 0; i < cases.size(); ++i) {
      ASSERT_TRUE(cases[i].kept_to_its_room()) << "kind " << kind << ", case " << i;
      ASSERT_TRUE(done[i]) << "kind " << kind << ", wanted " << cases[i].wanted << ", room " << cases[i].out.size();
      ASSERT_TRUE(cases[i].gave(whole)) << "kind " << kind << ", wanted " << cases[i].wanted;
    }
  }
}

TEST_F(Inflation, GivesWholeStreamsOfExactlyTheSizeThatIsWanted) {
  for (const Settings& settings : many_settings()) {
    if (settings.level == 0) continue;
    for (const int kind : {0, 1, 2, 3, 6}) {
      for (const std::size_t size : {std::size_t{64}, std::size_t{3000}, std::size_t{70'000}}) {
        const Bytes whole = content(size, kind, size), stream = packed(whole, settings);
        std::vector<Case> cases;
        for (const std::size_t more : {1, 15, 48, 320}) cases.emplace_back(stream, size + more, size, true);
        for (const std::size_t wanted : {size - 1, size + 1}) cases.emplace_back(stream, size + 320, wanted, true);
        cases.emplace_back(stream, size, size, true);  // no room to see too much
        const auto done = run(inflater_, cases);
        for (std::size_t i = 0; i < cases.size(); ++i) {
          ASSERT_TRUE(cases[i].kept_to_its_room());
          ASSERT_EQ(done[i], i < 4) << name(settings) << ", kind " << kind << ", case " << i;
          ASSERT_TRUE(!done[i] || cases[i].gave(whole)) << name(settings) << ", kind " << kind << ", case " << i;
        }
      }
    }
  }
}

TEST_F(Inflation, GivesTheSameInAnyCompany) {
  const Bytes whole = content(70'000, 2, 5), stream = packed(whole, {});
  for (std::size_t n = 1; n <= 8; ++n) {
    std::vector<Case> cases;
    for (std::size_t i = 0; i < n; ++i) cases.emplace_back(stream, whole.size(), (i + 1) * 7'000);
    cases.emplace_back(Bytes{}, 100, 50);
    cases.emplace_back(stream, 20, 10);  // too little room to be worth it
    const auto done = run(inflater_, cases);
    for (std::size_t i = 0; i < n; ++i) ASSERT_TRUE(done[i] && cases[i].gave(whole));
    ASSERT_FALSE(done[n] || done[n + 1]);
  }
  inflater_.run({});
}

TEST_F(Inflation, DoesNotGiveMoreThanThereIs) {
  const Bytes whole = content(5'000, 2, 5), stream = packed(whole, {});
  std::vector<Case> cases;
  cases.emplace_back(stream, 6'000, 5'001);
  for (std::size_t cut = 0; cut + 1 < stream.size(); ++cut) {
    cases.emplace_back(Bytes(stream.begin(), stream.begin() + static_cast<std::ptrdiff_t>(cut)), 5'000, 5'000);
  }
  const auto done = run(inflater_, cases);
  EXPECT_TRUE(std::ranges::none_of(done, [](bool one) { return one; }));
  EXPECT_TRUE(std::ranges::all_of(cases, [](const Case& one) { return one.kept_to_its_room(); }));
}

/// Damage is often decoded to other bytes: they must be the same others.
TEST_F(Inflation, MakesOfDamagedStreamsWhatLibdeflateMakesOfThemOrNothing) {
  core::Philox random(21, 1);
  std::size_t compared = 0, refused = 0;
  for (int kind = 0; kind < kinds; ++kind) {
    for (const Settings& settings : {Settings{9}, Settings{1}, Settings{6, Z_FIXED}, Settings{6, Z_HUFFMAN_ONLY}}) {
      const Bytes whole = content(4'000, kind, 4), good = packed(whole, settings);
      std::vector<Case> cases;
      for (int i = 0; i < 300; ++i) {
        Bytes bad = good;
        for (auto n = random() % 3; n < 3; ++n)
          bad[random() % bad.size()] ^= static_cast<std::byte>(1u << random() % 8);
        if (i % 10 == 0) bad.resize(1 + random() % bad.size());
        cases.emplace_back(bad, 3'000 + random() % 3'000, random() % 3'000);
      }
      const auto done = run(inflater_, cases);
      for (std::size_t i = 0; i < cases.size(); ++i) {
        ASSERT_TRUE(cases[i].kept_to_its_room());
        if (!done[i]) ++refused;
        const auto expected = by_libdeflate(cases[i].in);
        if (!done[i] || !expected || expected->size() < cases[i].wanted) continue;
        ASSERT_TRUE(cases[i].gave(*expected)) << "kind " << kind << ", " << name(settings) << ", case " << i;
        ++compared;
      }
    }
  }
  EXPECT_GT(compared, 500u);
  EXPECT_GT(refused, 500u);
}

TEST_F(Inflation, GivesNoWholeStreamThatLibdeflateRefusesOrFindsOfAnotherSize) {
  core::Philox random(23, 1);
  std::size_t given = 0, refused = 0;
  for (int kind = 0; kind < kinds; ++kind) {
    const Bytes whole = content(4'000, kind, 4), good = packed(whole, {});
    std::vector<Case> cases;
    for (int i = 0; i < 600; ++i) {
      Bytes bad = good;
      const std::size_t last_bytes = std::min<std::size_t>(bad.size(), i % 2 == 0 ? 4 : bad.size());
      bad[bad.size() - 1 - random() % last_bytes] ^= static_cast<std::byte>(1u << random() % 8);
      if (i % 10 == 0) bad.resize(bad.size() - 1 - random() % std::min<std::size_t>(3, bad.size() - 1));
      cases.emplace_back(bad, 4'000 + 320, 4'000, true);
    }
    const auto done = run(inflater_, cases);
    for (std::size_t i = 0; i < cases.size(); ++i) {
      ASSERT_TRUE(cases[i].kept_to_its_room());
      ++(done[i] ? given : refused);
      if (!done[i]) continue;
      const auto expected = by_libdeflate(cases[i].in);
      ASSERT_TRUE(expected && expected->size() == 4'000) << "kind " << kind << ", case " << i;
      ASSERT_TRUE(cases[i].gave(*expected)) << "kind " << kind << ", case " << i;
    }
  }
  EXPECT_GT(given, 100u);
  EXPECT_GT(refused, 500u);
}

TEST_F(Inflation, LivesThroughNoise) {
  core::Philox random(22, 1);
  for (int round = 0; round < 200; ++round) {
    std::vector<Case> cases;
    for (int i = 0; i < 20; ++i) {
      Bytes noise(random() % 2'000);
      for (std::byte& byte : noise) byte = static_cast<std::byte>(random());
      if (!noise.empty()) noise[0] = (noise[0] & std::byte{0xF8}) | std::byte{static_cast<unsigned char>(i % 8)};
      cases.emplace_back(noise, 64 + random() % 3'000, random() % 64);
    }
    run(inflater_, cases);
    ASSERT_TRUE(std::ranges::all_of(cases, [](const Case& one) { return one.kept_to_its_room(); }));
  }
}

}  // namespace
}  // namespace trigloop::io::root
