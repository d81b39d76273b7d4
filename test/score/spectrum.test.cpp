#include "score/spectrum.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "core/file.hpp"
#include "core/random.hpp"
#include "score/spectrum_file.hpp"
#include "test/support/support.hpp"

namespace trigloop::score {
namespace {

constexpr std::int64_t highest = (1 << 18) - 1;

/// Scores with a steep tail, as a trigger sees them; sorted.
std::vector<std::int32_t> sample(std::size_t n, std::uint64_t seed = 1) {
  core::Philox random(seed, 3);
  std::vector<std::int32_t> codes(n);
  for (auto& code : codes)
    code = static_cast<std::int32_t>(
        std::min(-3000.0 * std::log(random.positive_uniform()), static_cast<double>(highest)));
  std::ranges::sort(codes);
  return codes;
}

Spectrum spectrum_of(const std::vector<std::int32_t>& codes) {
  Spectrum spectrum(4, 0, highest);
  spectrum.count(codes);
  return spectrum;
}

TEST(Spectrum, KeepsEveryCodeHoweverFarOut) {
  Spectrum spectrum(4, 0, highest);
  spectrum.count(std::vector<std::int32_t>{0, 131071, 131071, 262143, -1, 262144, 2'000'000'000});
  EXPECT_EQ(spectrum.at(131071), 2u);
  EXPECT_EQ(spectrum.at(-1), 1u);
  EXPECT_EQ(spectrum.at(2'000'000'000), 1u);
  EXPECT_EQ(spectrum.total(), 7u);
  const auto bins = spectrum.bins();
  ASSERT_EQ(bins.size(), 6u);
  EXPECT_TRUE(std::ranges::is_sorted(bins));
}

TEST(Spectrum, SumsAreTheSpectrumOfAllEventsInAnyOrder) {
  const auto codes = sample(10'000);
  Spectrum forward(4, 0, highest), backward(4, 0, highest);
  for (std::size_t i = 0; i < codes.size(); i += 1000) {
    const Spectrum part = spectrum_of(
        {codes.begin() + static_cast<std::ptrdiff_t>(i), codes.begin() + static_cast<std::ptrdiff_t>(i) + 1000});
    forward.add(part);
    Spectrum sum = part;
    sum.add(backward);
    backward = sum;
  }
  EXPECT_EQ(forward, spectrum_of(codes));
  EXPECT_EQ(backward, forward);
}

TEST(Spectrum, AddsBinsHoweverTheirRangesLie) {
  const std::vector<std::int32_t> codes{-9, -1, 0, 3, 5, 7, 8, 40};
  Spectrum all(4, 0, -1);  // no dense bins at all
  all.count(codes);
  all.count(codes);
  for (const std::int64_t low : {-10, 0, 4, 50}) {
    for (const std::int64_t size : {0, 1, 4, 60}) {
      for (const std::int64_t other : {-20, 2, 6, 45}) {
        Spectrum sum(4, low, low + size - 1), part(4, other, other + 10);
        sum.count(codes);
        part.count(codes);
        sum.add(part);
        EXPECT_EQ(sum, all) << low << " " << size << " " << other;
      }
    }
  }
}

TEST(Spectrum, CountsNoLumisectionTwice) {
  Spectrum a(4, 0, 9), b(4, 0, 9);
  a.lumisections = {{1, 5}, {2, 1}};
  b.lumisections = {{1, 6}, {2, 1}};
  a.count(3, 7);
  b.count(3, 1);
  EXPECT_THROW(a.add(b), core::Error);
  EXPECT_EQ(a.total(), 7u) << "a refused sum changes nothing";
  b.lumisections = {{1, 6}};
  a.add(b);
  EXPECT_EQ(a.lumisections, (std::vector<event::LumiKey>{{1, 5}, {1, 6}, {2, 1}}));
}

TEST(Spectrum, RefusesSumsOfDifferentStepsOrBeyond64Bits) {
  Spectrum a(4, 0, 9), b(3, 0, 9);
  EXPECT_THROW(a.add(b), core::Error);
  a.count(1, ~std::uint64_t{0});
  EXPECT_THROW(a.count(2, 1), core::Error);
}

TEST(Cumulative, EqualsCountingTheEvents) {
  const auto codes = sample(5'000);
  const Cumulative cumulative(spectrum_of(codes));
  for (const std::int64_t t : {-5, 0, 1, 100, 2999, 3000, 20'000, 262'143, 300'000})
    EXPECT_EQ(cumulative.at_least(t),
              static_cast<std::uint64_t>(std::ranges::count_if(codes, [&](auto c) { return c >= t; })));
  for (std::size_t k = 0; k < codes.size(); k += 7) EXPECT_EQ(cumulative.ranked(k), codes[k]);
}

TEST(Cumulative, ThresholdIsTheSmallestIntegerWithinTheTarget) {
  const auto codes = sample(3'000);
  const Cumulative cumulative(spectrum_of(codes));
  for (std::uint64_t allowed : {0, 1, 2, 3, 10, 500, 2999}) {
    const std::int64_t t = cumulative.threshold(allowed);
    EXPECT_LE(cumulative.at_least(t), allowed);
    EXPECT_GT(cumulative.at_least(t - 1), allowed);
  }
  EXPECT_EQ(cumulative.threshold(3000), codes.front());
}

TEST(Cumulative, PercentilesAreNumpys) {
  // numpy.percentile([0, 1, 1, 5, 8, 100] / 16, [0, 10, 33.3, 50, 99, 100])
  Spectrum spectrum(4, 0, highest);
  spectrum.count(std::vector<std::int32_t>{0, 1, 1, 5, 8, 100});
  const Cumulative cumulative(spectrum);
  EXPECT_EQ(cumulative.percentile(0), 0);
  EXPECT_EQ(cumulative.percentile(10), 0.03125);
  EXPECT_EQ(cumulative.percentile(33.3), 0.0625);
  EXPECT_EQ(cumulative.percentile(50), 0.1875);
  EXPECT_DOUBLE_EQ(cumulative.percentile(99), 5.9625);
  EXPECT_EQ(cumulative.percentile(100), 6.25);
}

TEST(RateScale, AllowsExactlyAsManyEventsAsTheRateHolds) {
  const RateScale scale(2544);
  EXPECT_EQ(scale.crossing_millihertz(), 28'608'839'472u);
  EXPECT_EQ(scale.allowed(28'608'839'472u, 1'000'000'007), 1'000'000'007u);
  EXPECT_EQ(scale.allowed(28'608'839'471u, 28'608'839'472u), 28'608'839'471u) << "no rounding up";
  EXPECT_EQ(scale.allowed(50'000, 66'700'000), 116u);  // 66.7e6 x 50 Hz / 28.608839472 MHz = 116.57
  EXPECT_THROW(RateScale(0), core::Error);
  EXPECT_THROW(RateScale(3565), core::Error);
}

Spectrum full_spectrum() {
  Spectrum spectrum = spectrum_of(sample(1'000));
  spectrum.exposure.offered = 5'000;
  spectrum.exposure.orbits = 12;
  spectrum.exposure.colliding_crossings = 30'528;
  spectrum.exposure.nanoseconds = 1'067'083;
  spectrum.lumisections = {{396'102, 7}, {396'102, 9}};
  spectrum.model = "axol1tl_v5";
  return spectrum;
}

TEST(SpectrumFile, ComesBackAsItWas) {
  const test::TempDir folder;
  write_spectrum(folder / "a.spectrum", full_spectrum());
  EXPECT_EQ(read_spectrum(folder / "a.spectrum"), full_spectrum());
  EXPECT_EQ(decode(encode(Spectrum())).total(), 0u);
}

TEST(SpectrumFile, TheFrozenSampleOfVersion1IsReadForEver) {
  const Spectrum sample = read_spectrum(test::project_root() / "test/compat/spectrum_v1.spectrum");
  EXPECT_EQ(sample.fraction(), 4);
  EXPECT_EQ(sample.model, "axol1tl_v5");
  EXPECT_EQ(sample.exposure, (Exposure{6, 60, 12, 30'528, 1'067'083}));
  EXPECT_EQ(sample.lumisections, (std::vector<event::LumiKey>{{396'102, 7}, {396'102, 9}}));
  EXPECT_EQ(sample.bins(),
            (std::vector<std::pair<std::int64_t, std::uint64_t>>{{-3, 1}, {0, 2}, {4150, 1}, {262'143, 2}}));
}

TEST(SpectrumFile, AnyChangedOrMissingByteIsToldAndNeverRead) {
  const std::vector<std::byte> good = encode(full_spectrum());
  for (std::size_t i = 0; i < good.size(); i += i < 200 ? 1 : 97) {
    std::vector<std::byte> bad = good;
    bad[i] ^= std::byte{0x10};
    EXPECT_THROW(decode(bad), core::Error) << "byte " << i;
    EXPECT_THROW(decode(std::span(good).first(i)), core::Error) << "cut at " << i;
  }
}

const char* const axo_text =
    "{\"bins\": [0, 20000, 1], \"counts\": {\"0\": 5.0, \"17\": 2.0, \"19998\": 1.0}}\n"
    "{\"run_numbers\": 396102, \"luminosity_blocks\": 33}\n"
    "Current time UTC: 2025-07-01 12:00:00";

TEST(Axo, FilesOfTheScoutingAnalyserAreSpectraOfRowsOnly) {
  const Spectrum spectrum = parse_axo(axo_text);
  EXPECT_EQ(spectrum.fraction(), 0);
  EXPECT_EQ(spectrum.total(), 8u);
  EXPECT_EQ(spectrum.at(17), 2u);
  EXPECT_TRUE(spectrum.exposure.rows_only());
  EXPECT_EQ(spectrum.lumisections, (std::vector<event::LumiKey>{{396'102, 33}}));
  EXPECT_EQ(format_axo(spectrum, "2025-07-01 12:00:00"), axo_text);
}

TEST(Axo, BadFilesAreRefused) {
  for (const char* text :
       {"", "{}", "{\"bins\":[0,20000,1],\"counts\":{\"x\":1}}\n{\"run_numbers\":1,\"luminosity_blocks\":1}",
        "{\"bins\":[0,20000,1],\"counts\":{\"1\":1.5}}\n{\"run_numbers\":1,\"luminosity_blocks\":1}",
        "{\"bins\":[0,20000,1],\"counts\":{\"20001\":1}}\n{\"run_numbers\":1,\"luminosity_blocks\":1}",
        "{\"bins\":[0,100,1],\"counts\":{}}\n{\"run_numbers\":1,\"luminosity_blocks\":1}",
        "{\"bins\":[0,20000,1],\"counts\":{\"1\":1}}\n{\"run_numbers\":-1,\"luminosity_blocks\":1}"})
    EXPECT_THROW(parse_axo(text), core::Error) << text;
}

TEST(Axo, WhatHasNoBinThereIsRefusedNotDropped) {
  Spectrum spectrum(4, 0, highest);
  spectrum.lumisections = {{1, 1}};
  spectrum.count(16 * 19'999, 1);
  EXPECT_NO_THROW(format_axo(spectrum, ""));
  spectrum.count(16 * 20'000, 1);
  EXPECT_THROW(format_axo(spectrum, ""), core::Error);
}

TEST(Axo, NotebooksReadWhatNumpyCounts) {
  TRIGLOOP_NEEDS_PEERS();
  Spectrum spectrum = spectrum_of(sample(20'000));
  spectrum.count(16 * 19'998 + 15, 1);
  spectrum.count(16 * 19'999, 2);  // numpy's last bin is closed
  spectrum.lumisections = {{396'102, 33}};
  const test::TempDir folder;
  test::write_file(folder / "all.csv", format_csv(spectrum));
  test::write_file(folder / "a.axo", format_axo(spectrum, "2025-07-01 12:00:00"));
  const auto result = test::run_command({test::peer_python(), test::project_root() / "test/peers/axo.py",
                                         folder / "all.csv", folder / "a.axo", "396102", "33"});
  EXPECT_EQ(result.out, "equal\n") << result.err;
  Spectrum whole(0, 0, 19'998);
  for (const auto& [code, n] : spectrum.bins()) whole.count(std::min<std::int64_t>(code / 16, 19'998), n);
  EXPECT_EQ(read_spectrum(folder / "a.axo").bins(), whole.bins());
}

TEST(Axo, AFolderIsTheSumOfItsFiles) {
  const test::TempDir folder;
  std::string other = axo_text;
  other.replace(other.find("33}"), 2, "34");
  test::write_file(folder / "run_396102_lumi_33.axo", axo_text);
  test::write_file(folder / "run_396102_lumi_34.axo", other);
  test::write_file(folder / "notes.txt", "not read");
  const Spectrum sum = read_spectrum(folder.path());
  EXPECT_EQ(sum.total(), 16u);
  EXPECT_EQ(sum.lumisections.size(), 2u);
  test::write_file(folder / "again.axo", axo_text);
  EXPECT_THROW(read_spectrum(folder.path()), core::Error) << "lumisection 33 is there twice";
}

TEST(SpectrumText, SaysTheSameInEveryForm) {
  Spectrum spectrum(4, 0, highest);
  spectrum.count(3, 2);
  spectrum.count(5, 1);
  EXPECT_EQ(format_csv(spectrum), "code,score,count\n3,0.1875,2\n5,0.3125,1\n");
  EXPECT_NE(format_json(spectrum).find("\"bins\":[[3,2],[5,1]]"), std::string::npos) << format_json(spectrum);
}

}  // namespace
}  // namespace trigloop::score
