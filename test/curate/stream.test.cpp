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
          input, {123, 99'000}, threads, [](unsigned, Piece&) {},
          [&](const Piece& piece_of) {
            for (std::size_t i = 0; i < piece_of.batch.events; ++i)
              ASSERT_EQ(piece_of.batch.values[i], static_cast<std::int16_t>(next++));
          });
      EXPECT_EQ(next, 99'000u) << piece << ' ' << threads;
    }
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
    stream(
        CountingInput(3'000'000, piece, 57), {0, 3'000'000}, 2, [](unsigned, Piece&) {},
        [&](const Piece& one) { events += one.batch.events; });
    EXPECT_EQ(events, 3'000'000u);
  }
  EXPECT_LT(peak_kilobytes() - before, 64 << 10) << "the events have 334 MB";
}

TEST(Stream, WhatGoesWrongInAThreadIsThrownHere) {
  const CountingInput input(100'000, 1000, 1);
  const auto make = [](unsigned, Piece& piece) {
    if (piece.batch.first_entry == 50'000) throw core::Error(core::ErrorCode::damaged, "here");
  };
  for (const unsigned threads : {1u, 2u}) {
    EXPECT_THROW(stream(input, {0, 100'000}, threads, make, [](Piece&) {}), core::Error);
  }
}

}  // namespace
}  // namespace trigloop::curate
