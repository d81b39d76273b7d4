#include "io/root/record_reader.hpp"

#include <algorithm>
#include <numeric>

namespace trigloop::io::root {

void RecordReader::plan(std::vector<Record> records) {
  for (Chunk& chunk : chunks_) drop(chunk);
  records_ = std::move(records);
  chunks_.clear();
  chunk_of_record_.assign(records_.size(), 0);
  std::vector<std::size_t> order(records_.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t i) { return records_[i].seek; });
  for (const std::size_t i : order) {
    const std::uint64_t begin = records_[i].seek, end = begin + records_[i].bytes;
    const bool joins =
        !chunks_.empty() && begin <= chunks_.back().end + largest_gap && end <= chunks_.back().begin + chunk_bytes;
    if (!joins) chunks_.push_back({begin, begin, 0, none, 0});
    chunks_.back().end = std::max(chunks_.back().end, end);
    ++chunks_.back().wanted;
    chunk_of_record_[i] = chunks_.size() - 1;
  }
}

std::span<const std::byte> RecordReader::get(std::size_t record) {
  const std::size_t number = chunk_of_record_[record];
  if (chunks_[number].buffer == none) load(number);
  const Chunk& chunk = chunks_[number];
  return buffers_[chunk.buffer].span().subspan(records_[record].seek - chunk.begin, records_[record].bytes);
}

std::vector<std::byte> RecordReader::fetch(Record record) const {
  std::vector<std::byte> bytes(record.bytes);
  file_.read(record.seek, bytes);
  return bytes;
}

void RecordReader::release(std::size_t record) noexcept {
  Chunk& chunk = chunks_[chunk_of_record_[record]];
  if (--chunk.wanted == 0) drop(chunk);
}

void RecordReader::load(std::size_t number) {
  make_room(number);
  if (free_buffers_.empty()) {
    buffers_.emplace_back();
    free_buffers_.push_back(buffers_.size() - 1);
  }
  Chunk& chunk = chunks_[number];
  core::ByteBuffer& buffer = buffers_[free_buffers_.back()];
  // A record that goes beyond the file is refused before memory is made for it.
  if (chunk.begin > file_.size() || chunk.end > file_.size())
    file_.read(chunk.begin, {buffer.data(), chunk.end - chunk.begin});
  buffer.resize_discard(chunk.end - chunk.begin);
  file_.read(chunk.begin, buffer.span());
  chunk.buffer = free_buffers_.back();
  chunk.loaded_at = ++clock_;
  free_buffers_.pop_back();
  live_bytes_ += buffer.size();
  if (number + 1 < chunks_.size() && chunks_[number + 1].buffer == none) {
    file_.prefetch(chunks_[number + 1].begin, chunks_[number + 1].end - chunks_[number + 1].begin);
  }
}

void RecordReader::drop(Chunk& chunk) noexcept {
  if (chunk.buffer == none) return;
  live_bytes_ -= chunk.end - chunk.begin;
  free_buffers_.push_back(chunk.buffer);
  chunk.buffer = none;
}

void RecordReader::make_room(std::size_t keep) {
  const std::uint64_t coming = chunks_[keep].end - chunks_[keep].begin;
  while (live_bytes_ > 0 && live_bytes_ + coming > most_bytes) {
    Chunk* oldest = nullptr;
    for (Chunk& chunk : chunks_) {
      if (chunk.buffer != none && (oldest == nullptr || chunk.loaded_at < oldest->loaded_at)) oldest = &chunk;
    }
    buffers_[oldest->buffer] = core::ByteBuffer();
    drop(*oldest);
  }
}

}  // namespace trigloop::io::root
