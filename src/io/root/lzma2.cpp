#include "io/root/lzma2.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "core/bytes.hpp"

namespace trigloop::io::root {
namespace {

constexpr std::uint32_t even_chance = 1024, all_chances = 2048;
constexpr unsigned chance_bits = 11, adaption = 5;
constexpr unsigned after_literals = 7;  ///< states below follow a literal

std::size_t load_be16(const std::uint8_t* at) { return static_cast<std::size_t>(at[0]) << 8 | at[1]; }

}  // namespace

/// Divides its range at each bit by the chance of a 0, and takes a byte whenever the range has become short. Small, and
/// local to whoever decodes: it lives in registers.
class Lzma2Decoder::RangeDecoder {
 public:
  static constexpr std::size_t header_bytes = 5;

  explicit RangeDecoder(const std::uint8_t* in)
      : code_(core::load_be<std::uint32_t>(reinterpret_cast<const std::byte*>(in) + 1)), in_(in + header_bytes) {}

  const std::uint8_t* at() const noexcept { return in_; }
  /// After the last symbol: nothing may be left of the code.
  bool finish() noexcept {
    normalize();
    return code_ == 0;
  }

  /// A bit that can be foreseen mostly.
  [[gnu::always_inline]] bool bit(Model& model) noexcept {
    normalize();
    const std::uint32_t bound = (range_ >> chance_bits) * model;
    if (code_ < bound) {
      range_ = bound;
      model = static_cast<Model>(model + ((all_chances - model) >> adaption));
      return false;
    }
    range_ -= bound;
    code_ -= bound;
    model = static_cast<Model>(model - (model >> adaption));
    return true;
  }

  /// A number of `levels` bits, the highest first; model[1] is of the first, model[2 n + bit] of what follows node n.
  template <unsigned levels>
  [[gnu::always_inline]] unsigned tree(Model* models) noexcept {
    std::uint32_t node = 1, chance = models[1];
#pragma GCC unroll 8
    for (unsigned level = 1; level < levels; ++level) {
      std::uint32_t next = models[2 * node + 1];
      const std::uint32_t zero = choose(chance, next, models[2 * node]);
      adapt(models[node], chance, zero);
      node = 2 * node + 1 + zero;
      chance = next;
    }
    const std::uint32_t zero = choose(chance);
    adapt(models[node], chance, zero);
    return 2 * node + 1 + zero - (1u << levels);
  }

  /// The lowest bit first; at least one.
  [[gnu::always_inline]] std::uint32_t reverse_tree(Model* models, unsigned levels) noexcept {
    std::uint32_t node = 1, value = 0, chance = models[1];
    for (unsigned level = 0; level + 1 < levels; ++level) {
      std::uint32_t next = models[2 * node + 1];
      const std::uint32_t zero = choose(chance, next, models[2 * node]);
      adapt(models[node], chance, zero);
      node = 2 * node + 1 + zero;
      value += (1 + zero) << level;
      chance = next;
    }
    const std::uint32_t zero = choose(chance);
    adapt(models[node], chance, zero);
    return value + ((1 + zero) << (levels - 1));
  }

  /// A literal where the byte at the last distance was none: its bits tell the models as long as they are the same.
  [[gnu::always_inline]] unsigned unlike(Model* models, std::uint32_t byte) noexcept {
    std::uint32_t node = 1, offset = 0x100, same = (byte <<= 1) & offset, chance = models[offset + same + node];
#pragma GCC unroll 8
    for (unsigned level = 1; level < 8; ++level) {
      byte <<= 1;
      const std::uint32_t other = offset ^ same;  // what the offset will be after a 0; after a 1 it is `same`
      std::uint32_t next = models[same + (byte & same) + 2 * node + 1];
      const std::uint32_t zero = choose(chance, next, models[other + (byte & other) + 2 * node]);
      adapt(models[offset + same + node], chance, zero);
      node = 2 * node + 1 + zero;
      offset &= same ^ zero;
      same = byte & offset;
      chance = next;
    }
    const std::uint32_t zero = choose(chance);
    adapt(models[offset + same + node], chance, zero);
    return 2 * node + 1 + zero - 0x100;
  }

  /// Bits with even chances, which have no models.
  [[gnu::always_inline]] std::uint32_t direct(unsigned bits) noexcept {
    std::uint32_t value = 0;
    for (; bits > 0; --bits) {
      normalize();
      range_ >>= 1;
      code_ -= range_;
      const std::uint32_t zero = 0u - (code_ >> 31);
      code_ += range_ & zero;
      value = 2 * value + 1 + zero;
    }
    return value;
  }

 private:
  [[gnu::always_inline]] void normalize() noexcept {
    if (range_ >= 1u << 24) return;
    range_ <<= 8;
    code_ = code_ << 8 | *in_++;
  }

  /// Decodes a bit without a jump: all ones for a 0, no ones for a 1. `next` becomes `if_zero` for a 0.
  [[gnu::always_inline]] std::uint32_t choose(std::uint32_t chance, std::uint32_t& next,
                                              std::uint32_t if_zero) noexcept {
    normalize();
    const std::uint32_t bound = (range_ >> chance_bits) * chance;
    std::uint32_t range = range_ - bound, code = code_, zero = 0;
#if defined(__x86_64__) && defined(__GNUC__)
    // Compilers make jumps of this.
    asm("subl %[bound], %[code]\n\t"
        "cmovbl %[bound], %[range]\n\t"
        "cmovbl %[old], %[code]\n\t"
        "cmovbl %[if_zero], %[next]\n\t"
        "sbbl %[zero], %[zero]"
        : [code] "+&r"(code), [range] "+&r"(range), [next] "+&r"(next), [zero] "=&r"(zero)
        : [bound] "r"(bound), [old] "r"(code_), [if_zero] "r"(if_zero)
        : "cc");
#else
    zero = code < bound ? ~0u : 0u;
    range = (bound & zero) | (range & ~zero);
    code -= bound & ~zero;
    next = (if_zero & zero) | (next & ~zero);
#endif
    range_ = range;
    code_ = code;
    return zero;
  }
  [[gnu::always_inline]] std::uint32_t choose(std::uint32_t chance) noexcept {
    std::uint32_t none = 0;
    return choose(chance, none, 0);
  }

  /// Towards what came by a 32nd of the way, as `bit` does it.
  [[gnu::always_inline]] static void adapt(Model& model, std::uint32_t chance, std::uint32_t zero) noexcept {
    constexpr std::uint32_t round_up = (1u << adaption) - 1 - all_chances;
    model = static_cast<Model>(
        chance - static_cast<std::uint32_t>(static_cast<std::int32_t>(chance + (zero & round_up)) >> adaption));
  }

  std::uint32_t range_ = ~0u, code_;
  const std::uint8_t* in_;
};

std::optional<std::size_t> Lzma2Decoder::decode(std::span<const std::byte> in, std::span<std::byte> out,
                                                std::uint32_t dictionary, bool whole) {
  constexpr unsigned stored_fresh = 1, stored = 2, lzma = 0x80, new_state = 0xA0, new_properties = 0xC0, fresh = 0xE0;
  const auto* at = reinterpret_cast<const std::uint8_t*>(in.data());
  const std::uint8_t *const first = at, *const in_end = at + in.size();
  auto* to = reinterpret_cast<std::uint8_t*>(out.data());
  const std::uint8_t *begin = nullptr, *const out_end = to + out.size();
  bool knows_properties = false;
  // After each chunk so many bytes are left that the header of the next is there, too.
  const auto fits = [&](std::size_t packed, std::size_t unpacked) {
    return packed + readable_behind <= static_cast<std::size_t>(in_end - at) &&
           unpacked <= static_cast<std::size_t>(out_end - to);
  };
  const auto wanted_of = [&](std::size_t bytes) {
    return whole ? bytes : std::min(bytes, static_cast<std::size_t>(out_end - to));
  };
  while (fits(0, 0)) {
    if (!whole && to == out_end) return static_cast<std::size_t>(at - first);
    const unsigned control = *at++;
    if (control == 0) return to == out_end ? std::optional(static_cast<std::size_t>(at - first)) : std::nullopt;
    if (control >= fresh || control == stored_fresh) {
      begin = to;
      knows_properties = false;
    }
    if (begin == nullptr || (control > stored && control < lzma)) return {};
    if (control <= stored) {
      const std::size_t bytes = load_be16(at) + 1, wanted = wanted_of(bytes);
      at += 2;
      if (!fits(bytes, wanted)) return {};
      std::memcpy(to, at, wanted);
      at += bytes, to += wanted;
      continue;
    }
    const std::size_t unpacked = ((control & 0x1F) << 16) + load_be16(at) + 1, packed = load_be16(at + 2) + 1;
    const std::size_t wanted = wanted_of(unpacked);
    at += 4;
    if (control >= new_properties) knows_properties = set_properties(*at++);
    if (!knows_properties || !fits(packed, wanted)) return {};
    if (control >= new_state) reset_state();
    if (!chunk({at, packed}, {to, wanted}, begin, out_end, dictionary, wanted == unpacked)) return {};
    at += packed, to += wanted;
  }
  return {};
}

bool Lzma2Decoder::set_properties(unsigned byte) noexcept {
  const unsigned literal_context = byte % 9, literal_position = byte / 9 % 5, position = byte / 45;
  literal_shift_ = literal_context;
  literal_position_mask_ = (1u << literal_position) - 1;
  position_mask_ = (1u << position) - 1;
  return position <= 4 && literal_context + literal_position <= 4;
}

void Lzma2Decoder::reset_state() noexcept {
  static_assert(sizeof(Models) % sizeof(Model) == 0);
  std::fill_n(reinterpret_cast<Model*>(&models_), sizeof(Models) / sizeof(Model), Model{even_chance});
  state_ = 0;
  reps_ = {};
}

[[gnu::always_inline]] inline unsigned Lzma2Decoder::read_length(RangeDecoder& bits, Lengths& models,
                                                                 unsigned position_state) noexcept {
  if (!bits.bit(models.choice)) return 2 + bits.tree<3>(models.low[position_state]);
  if (!bits.bit(models.choice2)) return 10 + bits.tree<3>(models.mid[position_state]);
  return 18 + bits.tree<8>(models.high);
}

/// Distances less one, as everywhere here.
[[gnu::always_inline]] inline std::uint32_t Lzma2Decoder::read_distance(RangeDecoder& bits, unsigned length) noexcept {
  constexpr unsigned first_special = 4, first_aligned = 14, align_bits = 4;
  const std::uint32_t slot = bits.tree<6>(models_.distance_slot[std::min(length - 2, 3u)]);
  if (slot < first_special) return slot;
  const unsigned low_bits = slot / 2 - 1;
  const std::uint32_t base = (2 | (slot & 1)) << low_bits;
  if (slot < first_aligned) return base + bits.reverse_tree(models_.distance_special + base - slot, low_bits);
  const std::uint32_t middle = bits.direct(low_bits - align_bits) << align_bits;
  return base + middle + bits.reverse_tree(models_.distance_align, align_bits);
}

/// Copies within what stands before `out`; matches may overlap what they make.
void Lzma2Decoder::copy_match(std::uint8_t* out, std::uint32_t distance, unsigned length,
                              const std::uint8_t* end) noexcept {
  constexpr std::size_t step = 16;
  const std::uint8_t* from = out - distance - 1;
  if (distance >= step && static_cast<std::size_t>(end - out) >= length + step) {
    for (std::size_t i = 0; i < length; i += step) std::memcpy(out + i, from + i, step);
  } else if (distance == 0) {
    std::memset(out, *from, length);
  } else {
    for (unsigned i = 0; i < length; ++i) out[i] = from[i];
  }
}

/// A chunk's symbols. One of them takes less than readable_behind bytes of input: a look at the end before each is
/// enough.
bool Lzma2Decoder::chunk(std::span<const std::uint8_t> in, std::span<std::uint8_t> room, const std::uint8_t* begin,
                         const std::uint8_t* end, std::uint32_t dictionary, bool whole) noexcept {
  if (in.size() < RangeDecoder::header_bytes || in[0] != 0) return false;
  const std::uint8_t *const in_end = in.data() + in.size(), *const out_end = room.data() + room.size();
  std::uint8_t* out = room.data();
  RangeDecoder bits(in.data());
  unsigned state = state_;
  auto [rep0, rep1, rep2, rep3] = reps_;
  while (out < out_end) {
    if (bits.at() > in_end) return false;
    const auto position = static_cast<std::size_t>(out - begin);
    const unsigned position_state = static_cast<unsigned>(position) & position_mask_;
    if (!bits.bit(models_.is_match[state][position_state])) {
      const unsigned before = position > 0 ? out[-1] : 0u;
      Model* models =
          models_.literal[((position & literal_position_mask_) << literal_shift_) + (before >> (8 - literal_shift_))];
      if (state < after_literals) {
        *out++ = static_cast<std::uint8_t>(bits.tree<8>(models));
        state = state < 4 ? 0 : state - 3;
      } else {
        *out = static_cast<std::uint8_t>(bits.unlike(models, *(out - rep0 - 1)));
        ++out;
        state = state < 10 ? state - 3 : state - 6;
      }
      continue;
    }
    const bool is_new = !bits.bit(models_.is_rep[state]);
    bool is_short = false;
    if (is_new) {
      rep3 = rep2, rep2 = rep1, rep1 = rep0;
    } else if (!bits.bit(models_.is_rep0[state])) {
      is_short = !bits.bit(models_.is_rep0_long[state][position_state]);
    } else if (!bits.bit(models_.is_rep1[state])) {
      std::swap(rep0, rep1);
    } else {
      const std::uint32_t again = bits.bit(models_.is_rep2[state]) ? std::exchange(rep3, rep2) : rep2;
      rep2 = rep1, rep1 = rep0, rep0 = again;
    }
    unsigned length = is_short ? 1 : read_length(bits, is_new ? models_.match : models_.rep, position_state);
    if (is_new) rep0 = read_distance(bits, length);
    state = (state < after_literals ? 7 : 10) + (is_new ? 0 : 1) + (is_short ? 1 : 0);
    state = std::min(state, 11u);
    const std::size_t reach = std::min<std::size_t>(position, dictionary);
    const auto left = static_cast<std::size_t>(out_end - out);
    if (rep0 >= reach || (length > left && whole)) return false;
    length = static_cast<unsigned>(std::min<std::size_t>(length, left));
    copy_match(out, rep0, length, end);
    out += length;
  }
  state_ = state;
  reps_ = {rep0, rep1, rep2, rep3};
  return !whole || (bits.finish() && bits.at() == in_end);
}

}  // namespace trigloop::io::root
