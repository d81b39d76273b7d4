#include "curate/stream.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <vector>

namespace trigloop::curate {
namespace {

/// Events made as they are asked for: the value of each is its entry number.
class CountingInput final : public EventInput {
 public:
  CountingInput(std::uint64_t entries, std::uint64_t piece, std::size_t width) : piece_(piece), width_(width) {
    entries_ = entries;
  }
  std::vector<io::EntryRange> split(std::uint64_t) const override {
    std::vector<io::EntryRange> ranges;
    for (std::uint64_t at = 0; at < entries_; at += piece_) ranges.push_back({at, std::min(at + piece_, entries_)});
    return ranges;
  }
  std::unique_ptr<EventReader> open() const override { return std::make_unique<Reader>(width_); }

 private:
  class Reader final : public EventReader {
   public:
    explicit Reader(std::size_t width) : width_(width) {}
    void rewind(io::EntryRange range) override { range_ = range; }
    bool next(Batch& batch) override {
      batch.first_entry = range_.begin;
      batch.events = std::min<std::uint64_t>(range_.end - range_.begin, 1000);
      batch.values.resize_discard(batch.events * width_);
      for (std::size_t i = 0; i < batch.values.size(); ++i)
        batch.values[i] = static_cast<std::int16_t>(range_.begin + i / width_);
      range_.begin += batch.events;
      return batch.events > 0;
    }

   private:
    std::size_t width_;
    io::EntryRange range_;
  };
  std::uint64_t piece_;
  std::size_t width_;
};

TEST(Stream, EventsComeInOrderWhateverThePiecesAndThreads) {
  for (const std::uint64_t piece : {700u, 1000u, 2500u, 100'000u}) {
    const CountingInput input(100'000, piece, 1);
    for (const unsigned threads : {1u, 3u}) {
      std::uint64_t next = 123;
      stream(
          stretches_of(0, input, {123, 99'000}), threads, [](unsigned, const Stretch&, Piece&) {},
          [&](const Stretch&, const Piece& piece_of) {
            for (std::size_t i = 0; i < piece_of.batch.events; ++i)
              ASSERT_EQ(piece_of.batch.values[i], static_cast<std::int16_t>(next++));
          });
      EXPECT_EQ(next, 99'000u) << piece << ' ' << threads;
    }
  }
}

TEST(Stream, PartsMayTakeTurnsAndStretchesWithoutInputAreOnlyTaken) {
  const CountingInput fine(30'000, 1000, 1), coarse(200'000, 200'000, 2);
  std::vector<Stretch> stretches;
  const std::vector<Stretch> fines = stretches_of(0, fine, {0, 30'000}),
                             coarses = stretches_of(1, coarse, {0, 200'000});
  ASSERT_EQ(coarses.size(), 1u);
  for (std::size_t i = 0; i < fines.size(); ++i) {
    stretches.push_back(fines[i]);
    stretches.push_back({2, nullptr, {i, i + 1}});
    if (i == 7) stretches.push_back(coarses[0]);
  }
  for (const unsigned threads : {1u, 3u}) {
    std::vector<std::uint64_t> events(3, 0);
    stream(
        stretches, threads, [](unsigned, const Stretch& stretch, Piece&) { ASSERT_NE(stretch.part, 2u); },
        [&](const Stretch& stretch, const Piece& piece) {
          if (stretch.input == nullptr) {
            EXPECT_EQ(stretch.range.begin, events[2]++);
            return;
          }
          EXPECT_EQ(piece.batch.first_entry, events[stretch.part]);
          events[stretch.part] += piece.batch.events;
        });
    EXPECT_EQ(events, (std::vector<std::uint64_t>{30'000, 200'000, 30}));
  }
}

TEST(Stream, MemoryDoesNotGrowWithTheNumberOfEvents) {
  const auto peak_kilobytes = [] {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
  };
  const long before = peak_kilobytes();
  for (const std::uint64_t piece : {10'000u, 3'000'000u}) {
    std::uint64_t events = 0;
    const CountingInput input(3'000'000, piece, 57);
    stream(
        stretches_of(0, input, {0, 3'000'000}), 2, [](unsigned, const Stretch&, Piece&) {},
        [&](const Stretch&, const Piece& one) { events += one.batch.events; });
    EXPECT_EQ(events, 3'000'000u);
  }
  EXPECT_LT(peak_kilobytes() - before, 64 << 10) << "the events have 334 MB";
}

TEST(Stream, WhatGoesWrongInAThreadIsThrownHere) {
  const CountingInput input(100'000, 1000, 1);
  const auto make = [](unsigned, const Stretch&, Piece& piece) {
    if (piece.batch.first_entry == 50'000) throw core::Error(core::ErrorCode::damaged, "here");
  };
  for (const unsigned threads : {1u, 2u}) {
    EXPECT_THROW(stream(stretches_of(0, input, {0, 100'000}), threads, make, [](const Stretch&, Piece&) {}),
                 core::Error);
  }
}

}  // namespace
}  // namespace trigloop::curate
