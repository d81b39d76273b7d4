#include "io/root/record_reader.hpp"

#include <algorithm>
#include <numeric>

namespace trigloop::io::root {

RecordReader::~RecordReader() {
  if (!thread_.joinable()) return;
  {
    const std::scoped_lock lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void RecordReader::plan(std::vector<Record> records) {
  Lock lock(mutex_);
  changed_.wait(lock, [&] { return coming_ == 0; });
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
        !chunks_.empty() && begin <= chunks_.back().end + largest_gap && end <= chunks_.back().begin + chunk_bytes();
    if (!joins) chunks_.emplace_back().begin = begin;
    chunks_.back().end = std::max(chunks_.back().end, end);
    ++chunks_.back().wanted;
    chunk_of_record_[i] = chunks_.size() - 1;
  }
  next_ = 0;
  if (ahead_ > 0 && !thread_.joinable()) thread_ = std::thread([this] { read_ahead(); });
  changed_.notify_all();
}

std::span<const std::byte> RecordReader::get(std::size_t record) {
  const std::size_t number = chunk_of_record_[record];
  Lock lock(mutex_);
  Chunk& chunk = chunks_[number];
  if (number >= next_) {
    next_ = number + 1;
    changed_.notify_all();
  }
  changed_.wait(lock, [&] { return chunk.state != State::coming; });
  if (chunk.state == State::absent) {
    make_room(chunk.size());
    load(chunk, lock);
    const bool furthest = number + 1 == next_;  // behind another, the kernel was told already
    if (ahead_ == 0 && furthest && next_ < chunks_.size()) {
      file_.prefetch(chunks_[next_].begin, chunks_[next_].size());
    }
  }
  ++chunk.in_use;
  return chunk.bytes.span().subspan(records_[record].seek - chunk.begin, records_[record].bytes);
}

std::vector<std::byte> RecordReader::fetch(Record record) const {
  std::vector<std::byte> bytes(record.bytes);
  file_.read(record.seek, bytes);
  return bytes;
}

void RecordReader::release(std::size_t record) noexcept {
  const std::scoped_lock lock(mutex_);
  Chunk& chunk = chunks_[chunk_of_record_[record]];
  --chunk.in_use;
  if (--chunk.wanted == 0) drop(chunk);
}

/// Reads a chunk, the lock open meanwhile.
void RecordReader::load(Chunk& chunk, Lock& lock) {
  core::ByteBuffer buffer;
  if (!free_buffers_.empty()) {
    buffer = std::move(free_buffers_.back());
    free_buffers_.pop_back();
  }
  chunk.state = State::coming;
  live_bytes_ += chunk.size();
  ++coming_;
  const auto arrive = [&](State state) {
    lock.lock();
    chunk.state = state;
    chunk.bytes = std::move(buffer);
    chunk.loaded_at = ++clock_;
    --coming_;
    changed_.notify_all();
  };
  lock.unlock();
  try {
    // A record that goes beyond the file is refused before memory is made for it.
    if (chunk.begin > file_.size() || chunk.end > file_.size()) file_.read(chunk.begin, {buffer.data(), chunk.size()});
    buffer.resize_discard(chunk.size());
    file_.read(chunk.begin, buffer.span());
  } catch (...) {
    arrive(State::absent);
    live_bytes_ -= chunk.size();
    throw;
  }
  arrive(State::there);
}

void RecordReader::drop(Chunk& chunk) noexcept {
  if (chunk.state != State::there) return;
  live_bytes_ -= chunk.size();
  free_buffers_.push_back(std::move(chunk.bytes));
  chunk.state = State::absent;
}

void RecordReader::make_room(std::uint64_t coming) {
  while (live_bytes_ > 0 && live_bytes_ + coming > most_bytes) {
    Chunk* oldest = nullptr;
    for (Chunk& chunk : chunks_) {
      if (chunk.state == State::there && chunk.in_use == 0 &&
          (oldest == nullptr || chunk.loaded_at < oldest->loaded_at))
        oldest = &chunk;
    }
    if (oldest == nullptr) return;
    drop(*oldest);
    free_buffers_.pop_back();
  }
}

/// The thread. What it cannot read is left to whoever asks for it, who then says why.
void RecordReader::read_ahead() {
  Lock lock(mutex_);
  while (!stop_) {
    const std::size_t number = next_to_fetch();
    if (number == none) {
      changed_.wait(lock);
      continue;
    }
    try {
      load(chunks_[number], lock);
    } catch (...) {
      next_ = chunks_.size();
    }
  }
}

/// The first absent chunk within `ahead_` bytes behind what was asked for.
std::size_t RecordReader::next_to_fetch() const noexcept {
  std::uint64_t ahead = 0;
  for (std::size_t i = next_; i < chunks_.size() && ahead < ahead_; ++i) {
    const Chunk& chunk = chunks_[i];
    if (chunk.state == State::absent && chunk.wanted > 0) {
      return live_bytes_ + chunk.size() <= most_bytes ? i : none;
    }
    ahead += chunk.size();
  }
  return none;
}

}  // namespace trigloop::io::root
