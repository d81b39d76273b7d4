// Damaged raw files are refused, with orbit and byte offset; nothing else happens.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/crc32c.hpp"
#include "core/error.hpp"
#include "core/random.hpp"
#include "io/any/any.hpp"
#include "io/raw/fields.hpp"
#include "test/io/raw/raw_file.hpp"
#include "test/support/support.hpp"

namespace trigloop::io::raw {
namespace {

using core::ErrorCode;
using test::RawEvent;
using testing::HasSubstr;

RawEvent muons_of(std::uint32_t orbit) {
  return {orbit, sds_gmt, test::muon_block(5, orbit, {50u << 10 | 12u << 19, 0, 0})};
}

void expect_refused(const std::string& bytes, ErrorCode code, const std::string& text, std::uint64_t offset,
                    const std::string& place) {
  const test::TempDir folder;
  test::write_file(folder / "a.raw", bytes);
  try {
    io::open(folder / "a.raw");
    FAIL() << "is read; it should be refused: " << text;
  } catch (const core::Error& e) {
    EXPECT_EQ(e.code(), code) << e.what();
    EXPECT_THAT(e.reason(), HasSubstr(text));
    EXPECT_EQ(e.byte_offset(), offset) << e.what();
    EXPECT_THAT(e.place(), HasSubstr(place)) << e.what();
    EXPECT_EQ(e.file_name(), (folder / "a.raw").native());
    EXPECT_FALSE(e.advice().empty());
  }
}

constexpr std::uint64_t first_event = 32, first_block = first_event + 28;

TEST(DamagedRawFiles, AreRefusedForTheirHeader) {
  const std::string good = test::raw_file({muons_of(10)});
  auto bytes = good;
  bytes[7] = '9';
  expect_refused(bytes, ErrorCode::unsupported, "version '0009'", 0, "");
  bytes = good;
  bytes[8] = 31;
  expect_refused(bytes, ErrorCode::damaged, "31 bytes of header", 8, "");
  expect_refused(good + "abcd", ErrorCode::damaged, "states 84 bytes, it has 88", 24, "");
  expect_refused(good.substr(0, 80), ErrorCode::damaged, "states 84 bytes, it has 80", 24, "");
  expect_refused(good.substr(0, 20), ErrorCode::damaged, "within its header", 20, "");
  bytes = good;
  bytes[12] = 2;
  expect_refused(bytes, ErrorCode::damaged, "states 2 events, it has 1", 0, "");
}

TEST(DamagedRawFiles, AreRefusedForEventsThatCannotBe) {
  std::string bytes = test::raw_file({muons_of(10)});
  bytes[first_event + 16] = 100;
  expect_refused(bytes, ErrorCode::damaged, "states 100 bytes", first_event, "orbit 10");
  bytes[first_event + 19] = '\xFF';
  expect_refused(bytes, ErrorCode::damaged, "states 4278190180 bytes", first_event, "orbit 10");
  RawEvent event = muons_of(10);
  event.sds = 600;
  expect_refused(test::raw_file({event}), ErrorCode::unsupported, "source 600", first_event + 24, "orbit 10");
  event = muons_of(10);
  event.version = 3;
  expect_refused(test::raw_file({event}), ErrorCode::unsupported, "version 3", first_event, "");
  expect_refused(test::raw_file({muons_of(10), muons_of(10)}), ErrorCode::damaged, "source 1 stands twice", 84,
                 "orbit 10");
  RawEvent calo{10, sds_calo, test::calo_block(5, 10), 7, 4};
  expect_refused(test::raw_file({muons_of(10), calo}), ErrorCode::damaged, "in lumisection 3 and in 4", 84, "orbit 10");
  const RawEvent stream{10, sds_tcp_jets, {0, 5, 10}};
  calo.lumisection = 3;
  expect_refused(test::raw_file({calo, stream}), ErrorCode::unsupported, "twice", 0, "");
}

TEST(DamagedRawFiles, AreRefusedForBlocksThatCannotBe) {
  RawEvent event = muons_of(10);
  event.words[1] = 3565;
  expect_refused(test::raw_file({muons_of(9), event}), ErrorCode::damaged, "crossing 3565", first_block + 52,
                 "orbit 10, source 1");
  event.words[1] = 0;
  expect_refused(test::raw_file({event}), ErrorCode::damaged, "crossing 0", first_block, "orbit 10");
  event = muons_of(10);
  event.words[0] = 2;
  expect_refused(test::raw_file({event}), ErrorCode::damaged, "block of 36 bytes begins 24 bytes before the end",
                 first_block, "orbit 10");
  event = {10, sds_calo, test::calo_block(5, 10)};
  event.words.push_back(0);
  expect_refused(test::raw_file({event}), ErrorCode::damaged, "within its header", first_block + 236, "orbit 10");
}

/// A checksum is of the payload, which begins with the id of the source; 0 states none.
TEST(DamagedRawFiles, AreRefusedForTheirChecksum) {
  const RawEvent event = muons_of(10);
  std::string bytes = test::raw_file({muons_of(9), event});
  const std::size_t second = first_event + 24 + 4 + 4 * event.words.size();
  const auto read = [&](const std::string& column, bool verify) {
    const test::TempDir folder;
    test::write_file(folder / "a.raw", bytes);
    const auto source = io::open(folder / "a.raw");
    const auto reader = source->read({"Events", 0, {column}}, {.verify = verify});
    std::size_t rows = 0;
    for (event::Columns columns; reader->next(columns);) rows += columns.entries;
    return rows;
  };
  EXPECT_EQ(read("L1Mu_hwPt", true), 2u);
  const std::span<const char> payload(bytes.data() + second + 24, 4 + 4 * event.words.size());
  const std::uint32_t sum = core::crc32c(std::as_bytes(payload)), wrong = sum + 1;
  std::memcpy(&bytes[second + 20], &sum, sizeof sum);
  EXPECT_EQ(read("L1Mu_hwPt", true), 2u);
  std::memcpy(&bytes[second + 20], &wrong, sizeof wrong);
  EXPECT_EQ(read("L1Mu_hwPt", false), 2u);
  try {
    read("L1Mu_hwPt", true);
    FAIL() << "is read";
  } catch (const core::Error& e) {
    EXPECT_EQ(e.code(), ErrorCode::damaged);
    EXPECT_THAT(e.reason(), HasSubstr("its CRC-32C is " + std::to_string(sum)));
    EXPECT_THAT(e.place(), HasSubstr("orbit 10, source 1"));
  }
}

/// Whatever is spoilt: an Error, or events; never a crash, never a row of a crossing that is none.
TEST(DamagedRawFiles, NeverCrash) {
  core::Philox random(5, 0);
  const test::RawWords calo = test::joined({test::calo_block(5, 10), test::calo_block(6, 10)});
  const std::string good =
      test::raw_file({muons_of(10), {10, sds_calo, calo}, muons_of(11), {11, 12, {1, 7, 11, 5, 6}}});
  const test::TempDir folder;
  int refused = 0;
  for (int i = 0; i < 400; ++i) {
    std::string bytes = good;
    for (std::uint32_t n = 1 + random() % 3; n > 0; --n)
      bytes[32 + random() % (bytes.size() - 32)] ^= static_cast<char>(random());
    test::write_file(folder / "a", bytes);
    try {
      const auto source = io::open(folder / "a");
      const auto reader = source->read({"Events", 0, {"bunchCrossing", "L1Jet_hwPt", "L1Mu_hwPt", "L1EtSum_hwPt"}});
      for (event::Columns columns; reader->next(columns);)
        for (const auto crossing : columns.columns[0].as<std::uint32_t>()) ASSERT_LE(crossing - 1, 3563u);
    } catch (const core::Error&) {
      ++refused;
    }
  }
  EXPECT_GT(refused, 50);
  EXPECT_LT(refused, 400);
}

}  // namespace
}  // namespace trigloop::io::raw
