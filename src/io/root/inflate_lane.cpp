#include "io/root/inflate_lane.hpp"

#include <cstring>

namespace trigloop::io::root::inflate {

void Lane::start(const Inflater::Job& job) noexcept {
  in = {0, 63, job.in.data()};
  end = job.in.data() + job.in.size();
  begin = out = reinterpret_cast<std::uint8_t*>(job.out.data());
  goal = begin + job.wanted;
  room_end = begin + job.out.size();
  pending_length = 0;
  in_tail = false;
  whole = job.whole;
  // What a whole stream has too much must find a place, to be seen.
  const std::size_t most_wanted = job.out.size() - (whole && !job.out.empty() ? 1 : 0);
  state = job.out.size() < least_room || job.wanted > most_wanted ? State::failed : State::running;
  if (state == State::running) next_block();
}

void Lane::next_block() noexcept {
  keep_readable();
  if (!block.read(in, end)) {
    state = State::failed;
    return;
  }
  entry = block.first(in);
  keep_readable();
}

/// Moves the last bytes to where others follow, so that chunks need not look where the input ends.
void Lane::keep_readable() noexcept {
  if (in_tail || end - in.at >= static_cast<std::ptrdiff_t>(reach)) return;
  const auto left = static_cast<std::size_t>(std::max<std::ptrdiff_t>(end - in.at, 0));
  if (left > 0) std::memcpy(tail, in.at, left);
  std::memset(tail + left, 0, sizeof tail - left);
  in.at = tail;
  end = tail + left;
  in_tail = true;
}

/// After a chunk. Bits from behind the end may have been taken for codes: then nobody knows since when.
void Lane::see_where_it_is() noexcept {
  if (state != State::running) return;
  if (in.is_past(end) || DeflateBlock::is_damage(entry)) {
    state = State::failed;
  } else if (whole ? out > goal : out >= goal) {
    state = whole ? State::failed : State::done;
  } else if (DeflateBlock::is_end(entry)) {
    see_at_end_of_block();
  } else {
    keep_readable();
  }
}

void Lane::see_at_end_of_block() noexcept {
  if (block.is_last()) {
    state = whole && out == goal ? State::done : State::failed;
  } else {
    next_block();
  }
}

/// Byte by byte where there is little room. False when there is no more, or the match begins before the stream.
bool Lane::copy_carefully(const std::uint8_t* literals, std::size_t count, std::size_t length,
                          std::size_t distance) noexcept {
  copy_literals(literals, count);
  if (distance > static_cast<std::size_t>(out - begin)) {
    state = State::failed;
    return false;
  }
  const std::size_t fitting = std::min(length, static_cast<std::size_t>(room_end - out));
  for (const std::uint8_t* const stop = out + fitting; out < stop; ++out) *out = *(out - distance);
  return out < room_end;
}

void Lane::copy_literals(const std::uint8_t* literals, std::size_t count) noexcept {
  count = std::min(count, static_cast<std::size_t>(room_end - out));
  if (count > 0) std::memcpy(out, literals, count);
  out += count;
}

}  // namespace trigloop::io::root::inflate
