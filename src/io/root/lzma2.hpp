#pragma once
// LZMA2, decoded from memory to memory.
//
// A stream of chunks: stored bytes, or LZMA (a range coder over adaptive bit models, literals and matches). The format
// is that of the LZMA SDK's specification and of .xz (tukaani.org/xz/xz-file-format.txt).
//
// liblzma's decoder can stop at any byte and has a dictionary of its own. Here all input is at hand and the output is
// the dictionary, so a symbol is decoded without a look at where input ends. Nobody can predict the bits of a
// detector's numbers, and a processor that guesses them is wrong every second time: the bits of literals, lengths and
// distances are chosen by conditional moves, and both models that may come next are loaded before the bit is known.
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace trigloop::io::root {

class Lzma2Decoder {
 public:
  /// So many bytes must follow the last chunk in memory: they may be read, but mean nothing.
  static constexpr std::size_t readable_behind = 21;

  /// Decodes chunks up to the end mark, into exactly out.size() bytes; no match may reach back `dictionary` bytes or
  /// more. Returns the bytes of input that they took; nothing, if they are damaged (what is in `out` then means
  /// nothing) or too near to the end of `in`.
  std::optional<std::size_t> run(std::span<const std::byte> in, std::span<std::byte> out, std::uint32_t dictionary) {
    return decode(in, out, dictionary, true);
  }
  /// Decodes the first out.size() bytes alone; what is behind is not looked at. False, if they are damaged.
  bool beginning(std::span<const std::byte> in, std::span<std::byte> out, std::uint32_t dictionary) {
    return decode(in, out, dictionary, false).has_value();
  }

 private:
  using Model = std::uint16_t;  ///< the chance of a 0, of 2048
  static constexpr unsigned states = 12, most_position_states = 16, literal_models = 0x300;

  struct Lengths {
    Model choice, choice2;
    Model low[most_position_states][8], mid[most_position_states][8], high[256];
  };
  /// All models; nothing but models, so that one loop resets them.
  struct Models {
    Model is_match[states][most_position_states], is_rep[states], is_rep0[states], is_rep1[states], is_rep2[states];
    Model is_rep0_long[states][most_position_states];
    Model distance_slot[4][64], distance_special[128], distance_align[16];
    Lengths match, rep;
    Model literal[16][literal_models];
  };
  class RangeDecoder;

  bool set_properties(unsigned byte) noexcept;
  void reset_state() noexcept;
  std::optional<std::size_t> decode(std::span<const std::byte> in, std::span<std::byte> out, std::uint32_t dictionary,
                                    bool whole);
  bool chunk(std::span<const std::uint8_t> in, std::span<std::uint8_t> room, const std::uint8_t* begin,
             const std::uint8_t* end, std::uint32_t dictionary, bool whole) noexcept;
  static unsigned read_length(RangeDecoder& bits, Lengths& models, unsigned position_state) noexcept;
  std::uint32_t read_distance(RangeDecoder& bits, unsigned length) noexcept;
  static void copy_match(std::uint8_t* out, std::uint32_t distance, unsigned length, const std::uint8_t* end) noexcept;

  Models models_;
  unsigned state_ = 0;
  std::array<std::uint32_t, 4> reps_{};
  unsigned literal_shift_ = 0, literal_position_mask_ = 0, position_mask_ = 0;
};

}  // namespace trigloop::io::root
