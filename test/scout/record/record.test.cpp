#include "scout/record/record.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.hpp"
#include "score/spectrum_file.hpp"
#include "scout/record/identity.hpp"
#include "test/scout/ledger/fake_pass.hpp"
#include "test/support/support.hpp"

namespace trigloop {
namespace {

using core::ErrorCode;
using scout::Record;

Record sample_record() {
  Record record;
  record.identity = test::fake_identity();
  record.sum.lumi = {396102, 214};
  record.sum.tail = scout::Tail(record.identity.tail_rule);
  const auto events = test::fake_events(1, 40, 12);
  const auto input = [&](const char* name, std::size_t first, std::size_t last) {
    return test::fake_pass(
        {name,
         214,
         {events.begin() + static_cast<std::ptrdiff_t>(first), events.begin() + static_cast<std::ptrdiff_t>(last)}});
  };
  scout::join(record, input("a.root", 0, 101), {}, 3);
  scout::join(record, input("b.root", 101, events.size()), {}, 0);
  record.contradictions.push_back({7, "a.root", "b.root", 3, 4, 5, 6});
  record.completeness = scout::Completeness::incomplete;
  record.why = "waited 60 s";
  record.committed_at = 1'700'000'000;
  return record;
}

ErrorCode code_of(std::span<const std::byte> bytes) {
  try {
    scout::decode_record(bytes);
  } catch (const core::Error& e) {
    return e.code();
  }
  return ErrorCode::interrupted;
}

TEST(Record, ComesBackFromItsBytes) {
  const Record record = sample_record();
  const auto bytes = scout::encode(record);
  const Record read = scout::decode_record(bytes);
  EXPECT_EQ(read.identity, record.identity);
  EXPECT_EQ(read.sum.lumi, record.sum.lumi);
  EXPECT_EQ(read.sum.orbits, record.sum.orbits);
  EXPECT_EQ(read.sum.all, record.sum.all);
  EXPECT_EQ(read.sum.pure, record.sum.pure);
  EXPECT_EQ(read.sum.crossings, record.sum.crossings);
  EXPECT_EQ(read.sum.inputs, record.sum.inputs);
  EXPECT_EQ(read.sum.tail, record.sum.tail);
  EXPECT_EQ(read.shares, record.shares);
  EXPECT_EQ(read.contradictions, record.contradictions);
  EXPECT_EQ(read.pieces, record.pieces);
  EXPECT_EQ(read.pieces.size(), 2u) << "one orbit came in two pieces";
  EXPECT_EQ(read.why, "waited 60 s");
  EXPECT_EQ(scout::encode(read), bytes);
}

TEST(Record, EveryFlippedBitIsAnError) {
  auto bytes = scout::encode(sample_record());
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] ^= std::byte{static_cast<unsigned char>(1u << (i % 8))};
    EXPECT_NE(code_of(bytes), ErrorCode::interrupted) << "byte " << i;
    bytes[i] ^= std::byte{static_cast<unsigned char>(1u << (i % 8))};
  }
}

TEST(Record, EveryTruncationIsAnError) {
  const auto bytes = scout::encode(sample_record());
  for (std::size_t n = 0; n < bytes.size(); n += 1 + n / 50) {
    EXPECT_EQ(code_of(std::span(bytes).first(n)), ErrorCode::damaged) << n;
  }
  auto longer = bytes;
  longer.push_back(std::byte{0});
  EXPECT_EQ(code_of(longer), ErrorCode::damaged);
}

TEST(Record, OfALaterVersionIsRefused) {
  auto bytes = scout::encode(sample_record());
  bytes[8] = std::byte{2};
  EXPECT_EQ(code_of(bytes), ErrorCode::unsupported);
}

TEST(Record, SpectraNeedOnlyItsFront) {
  const test::TempDir dir;
  const Record record = sample_record();
  scout::write_record(dir / "r", record);
  const Record front = scout::read_record(dir / "r", scout::RecordPart::spectra);
  EXPECT_TRUE(front.sum.orbits.empty());
  EXPECT_EQ(front.exposure().orbits, record.exposure().orbits);
  EXPECT_EQ(front.spectrum(scout::Events::all), record.spectrum(scout::Events::all));
  EXPECT_EQ(front.spectrum(scout::Events::pure), record.spectrum(scout::Events::pure));
}

TEST(Record, ItsAxoFileIsReadAsTheOldOne) {
  const Record record = sample_record();
  const std::string text = scout::axo_of(record).value();
  EXPECT_TRUE(text.ends_with("Current time UTC: 2023-11-14 22:13:20")) << text.substr(text.size() - 60);
  const score::Spectrum axo = score::parse_axo(text);
  EXPECT_EQ(axo.total(), record.spectrum(scout::Events::all).total());
  EXPECT_EQ(axo.lumisections, std::vector{record.lumi()});
}

TEST(Record, WithMissingOrbitsHasTheExposureOfThoseThatCame) {
  Record record = sample_record();
  for (scout::InputShare& share : record.shares) share.orbits_stated = 50;  // of the lumisection
  EXPECT_EQ(record.exposure().orbits, 40u);
  record.completeness = scout::Completeness::complete;
  EXPECT_THROW(record.exposure(), core::Error);
}

TEST(Record, ListsRecordsByRunAndLumisection) {
  const test::TempDir dir;
  for (const char* name : {"run_10_lumi_9.record", "run_10_lumi_10.record", "run_9_lumi_1.record", "run_9_lumi_1.axo",
                           ".run_1_lumi_1.record.7.partial", "run_x_lumi_1.record", "run_01_lumi_1.record"}) {
    test::write_file(dir / name, "");
  }
  const auto found = scout::list_records(dir.path());
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(found[0].filename(), "run_9_lumi_1.record");
  EXPECT_EQ(found[1].filename(), "run_10_lumi_9.record");
  EXPECT_EQ(found[2].filename(), "run_10_lumi_10.record");
}

TEST(Identity, ComesBackFromItsText) {
  scout::Identity identity = test::fake_identity();
  identity.stream = scout::parse_stream("stream: {kept_fraction: 0.0149, filling_scheme: [1-36]}", "s");
  EXPECT_EQ(scout::parse_identity(scout::format_identity(identity)), identity);
  EXPECT_EQ(scout::difference(identity, identity), "");
  EXPECT_THROW(scout::parse_identity("{}"), core::Error);
  EXPECT_THROW(scout::parse_identity("{\"version\": 2}"), core::Error);
}

}  // namespace
}  // namespace trigloop
