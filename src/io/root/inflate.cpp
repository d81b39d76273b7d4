#include "io/root/inflate.hpp"

#include "core/isa.hpp"
#include "io/root/inflate_lane.hpp"

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>

#include <bit>

namespace trigloop::io::root {
namespace inflate {
namespace {

constexpr unsigned lanes = 3;

/// What a lane looks up with, in registers.
struct Cursor {
  BitBuffer in;
  DeflateBlock::Entry entry;

  explicit Cursor(const Lane& lane) noexcept : in(lane.in), entry(lane.entry) {}
  void leave(Lane& lane) const noexcept { lane.in = in, lane.entry = entry; }

  /// Writes the entry down and finds the next. All lanes are reached from the first, which leaves registers free.
  template <unsigned number>
  TRIGLOOP_INLINE_WITH_AVX512 void look_up(Lane* all, std::size_t step) noexcept {
    using Block = DeflateBlock;
    constexpr unsigned entry_bytes = sizeof(Block::Entry), table_bits = 0xFFu << Block::table_at;
    static_assert(Block::unit * entry_bytes == 1u << Block::table_at, "the bits of the table are an offset in bytes");
    constexpr std::size_t tables = number * sizeof(Lane) + offsetof(Lane, block) + Block::table_offset();
    all[number].entries[step] = entry;
    all[number].bits[step] = static_cast<std::uint32_t>(in.bits);
    in.bits >>= entry & 63;
    in.spent += entry;
    const std::uint64_t index = _bzhi_u64(in.bits, std::rotr(entry, Block::index_bits_at));
    const auto* at = reinterpret_cast<const std::byte*>(all) + (entry & table_bits);
    entry = core::load_le<Block::Entry>(at + tables + index * entry_bytes);
  }
};

TRIGLOOP_WITH_AVX512 void look_up_chunk(Lane (&lane)[lanes]) noexcept {
  Cursor a(lane[0]), b(lane[1]), c(lane[2]);
  for (std::size_t step = 0; step < steps; step += 2) {
    // Two look-ups take at most 20 and 28 bits of the 56.
    a.in.refill(), b.in.refill(), c.in.refill();
    a.look_up<0>(lane, step), b.look_up<1>(lane, step), c.look_up<2>(lane, step);
    a.look_up<0>(lane, step + 1), b.look_up<1>(lane, step + 1), c.look_up<2>(lane, step + 1);
  }
  a.leave(lane[0]), b.leave(lane[1]), c.leave(lane[2]);
}

}  // namespace
}  // namespace inflate

struct Inflater::Lanes {
  inflate::Lane all[inflate::lanes];
  inflate::Sorted sorted;
};

bool Inflater::usable() {
  static const bool has = __builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("avx512vbmi2") &&
                          __builtin_cpu_supports("avx512vpopcntdq") && __builtin_cpu_supports("bmi2");
  return has && core::active_isa() == "avx512";
}

Inflater::Inflater() : lanes_(std::make_unique<Lanes>()) {}

void Inflater::run(std::span<Job> jobs) noexcept {
  using namespace inflate;
  std::size_t next = 0, running = 0;
  Job* job_of[lanes] = {};
  const auto start_next = [&](unsigned i) {
    Lane& lane = lanes_->all[i];
    for (lane.rest(); next < jobs.size() && lane.state != State::running; ++next) {
      job_of[i] = &jobs[next];
      lane.start(jobs[next]);
    }
    if (lane.state == State::running) return 1u;
    lane.rest();
    return 0u;
  };
  for (unsigned i = 0; i < lanes; ++i) running += start_next(i);
  while (running > 0) {
    look_up_chunk(lanes_->all);
    for (unsigned i = 0; i < lanes; ++i) {
      Lane& lane = lanes_->all[i];
      if (lane.state != State::running) continue;
      sort_out(lane, lanes_->sorted);
      copy_chunk(lane, lanes_->sorted);
      lane.see_where_it_is();
      if (lane.state == State::running) continue;
      job_of[i]->done = lane.state == State::done;
      running += start_next(i);
      --running;
    }
  }
}

}  // namespace trigloop::io::root

#else

namespace trigloop::io::root {

struct Inflater::Lanes {};
bool Inflater::usable() { return false; }
Inflater::Inflater() = default;
void Inflater::run(std::span<Job>) noexcept {}

}  // namespace trigloop::io::root

#endif

namespace trigloop::io::root {

Inflater::~Inflater() = default;
Inflater::Inflater(Inflater&&) noexcept = default;

}  // namespace trigloop::io::root
