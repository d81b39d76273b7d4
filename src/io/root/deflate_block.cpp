#include "io/root/deflate_block.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

namespace trigloop::io::root {
namespace {

constexpr unsigned longest_code = 15, most_lengths = 286 + 30 + 4;

/// The codeword behind `word`, the first bit lowest; 0 behind the last.
unsigned next_codeword(unsigned word, unsigned length) noexcept {
  const unsigned ones = (1u << length) - 1;
  if (word == ones) return 0;
  const unsigned bit = std::bit_floor(word ^ ones);
  return (word & (bit - 1)) | bit;
}

/// The code of the lengths of codes: one look-up gives 8 x symbol + bits.
class LengthCode {
 public:
  static constexpr unsigned symbols = 19, bits = 7;

  bool build(const std::array<std::uint8_t, symbols>& lengths) noexcept {
    unsigned word = 0, filled = 0;
    for (unsigned length = 1; length <= bits; ++length) {
      for (unsigned symbol = 0; symbol < symbols; ++symbol) {
        if (lengths[symbol] != length) continue;
        filled += 1u << (bits - length);
        if (filled > table_.size()) return false;
        for (unsigned i = word; i < table_.size(); i += 1u << length) {
          table_[i] = static_cast<std::uint8_t>(symbol << 3 | length);
        }
        word = next_codeword(word, length);
      }
    }
    return filled == table_.size();
  }
  unsigned next(BitBuffer& in) const noexcept {
    const unsigned found = table_[in.bits & (table_.size() - 1)];
    in.take(found & 7);
    return found >> 3;
  }

 private:
  std::array<std::uint8_t, 1u << bits> table_;
};

}  // namespace

/// Symbols in the order of their codewords.
struct DeflateBlock::Code {
  std::array<std::uint16_t, longest_code + 1> count{};
  std::array<std::uint16_t, literal_symbols> symbols;
  const std::uint16_t* next = symbols.data();
  unsigned word = 0;

  /// False if the lengths make no code. A code for one symbol may be half of one, as the format allows.
  bool sort(std::span<const std::uint8_t> lengths) noexcept {
    for (const std::uint8_t length : lengths) ++count[length];
    count[0] = 0;
    std::array<std::uint16_t, longest_code + 2> place{};
    unsigned used = 0;
    for (unsigned i = 1; i <= longest_code; ++i) {
      place[i + 1] = static_cast<std::uint16_t>(place[i] + count[i]);
      used = 2 * used + count[i];
    }
    const unsigned all = 1u << longest_code, coded = place[longest_code + 1];
    if (used != all && !(coded == 1 && count[1] == 1)) return false;
    for (std::size_t symbol = 0; symbol < lengths.size(); ++symbol) {
      if (lengths[symbol] != 0) symbols[place[lengths[symbol]]++] = static_cast<std::uint16_t>(symbol);
    }
    return true;
  }
};

constexpr auto DeflateBlock::literal_entries() noexcept -> std::array<Entry, literal_symbols> {
  std::array<Entry, literal_symbols> entries{};
  for (unsigned i = 0; i < 256; ++i) entries[i] = make(0, is_literal, literal_bits, i, 0);
  entries[256] = end_of_block;
  for (unsigned i = 0; i < 29; ++i) {
    const unsigned extra = i < 8 || i == 28 ? 0 : i / 4 - 1;
    entries[257 + i] = make(extra, is_length, distance_bits, i, distance_unit);
  }
  entries[286] = entries[287] = damage;
  return entries;
}

constexpr auto DeflateBlock::distance_entries() noexcept -> std::array<Entry, distance_symbols> {
  std::array<Entry, distance_symbols> entries{};
  for (unsigned i = 0; i < 30; ++i) {
    entries[i] = make(i < 4 ? 0 : i / 2 - 1, is_distance, literal_bits, first_distance + i, 0);
  }
  entries[30] = entries[31] = damage;
  return entries;
}

bool DeflateBlock::read(BitBuffer& in, const std::byte* end) noexcept {
  static constexpr auto literals = literal_entries();
  static constexpr auto distances = distance_entries();
  constexpr unsigned fixed = 1, dynamic = 2;
  in.refill();
  is_last_ = in.take(1) != 0;
  const unsigned kind = in.take(2);
  std::array<std::uint8_t, most_lengths> lengths{};
  unsigned literal_count = literal_symbols, distance_count = distance_symbols;
  if (kind == fixed) {
    std::fill_n(lengths.begin(), 144, std::uint8_t{8});
    std::fill_n(lengths.begin() + 144, 112, std::uint8_t{9});
    std::fill_n(lengths.begin() + 256, 24, std::uint8_t{7});
    std::fill_n(lengths.begin() + 280, 8, std::uint8_t{8});
    std::fill_n(lengths.begin() + 288, 32, std::uint8_t{5});
  } else if (kind == dynamic) {
    literal_count = 257 + in.take(5), distance_count = 1 + in.take(5);
    if (literal_count + distance_count > most_lengths) return false;
    if (!read_lengths(in, end, std::span(lengths).first(literal_count + distance_count))) return false;
  } else {
    return false;
  }
  table_[end_unit * unit] = end_of_block;
  table_[damage_unit * unit] = damage;
  free_unit_ = first_free_unit;
  const auto all = std::span<const std::uint8_t>(lengths);
  in.refill();
  return build(all.first(literal_count), literals.data(), literal_bits, 0) &&
         build(all.subspan(literal_count, distance_count), distances.data(), distance_bits, distance_unit);
}

bool DeflateBlock::read_lengths(BitBuffer& in, const std::byte* end, std::span<std::uint8_t> lengths) noexcept {
  static constexpr std::array<std::uint8_t, LengthCode::symbols> order = {16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
                                                                          11, 4,  12, 3, 13, 2, 14, 1, 15};
  constexpr unsigned again = 16, few_zeros = 17;
  std::array<std::uint8_t, LengthCode::symbols> length_lengths{};
  const unsigned given = 4 + in.take(4);
  for (unsigned i = 0; i < given; ++i) {
    if (i == 12) in.refill();
    length_lengths[order[i]] = static_cast<std::uint8_t>(in.take(3));
  }
  LengthCode code;
  if (!code.build(length_lengths)) return false;
  for (std::size_t i = 0; i < lengths.size();) {
    in.refill();
    if (in.is_past(end)) return false;
    const unsigned symbol = code.next(in);
    if (symbol < again) {
      lengths[i++] = static_cast<std::uint8_t>(symbol);
      continue;
    }
    if (symbol == again && i == 0) return false;
    const std::uint8_t value = symbol == again ? lengths[i - 1] : std::uint8_t{0};
    const unsigned times = symbol == again ? 3 + in.take(2) : symbol == few_zeros ? 3 + in.take(3) : 11 + in.take(7);
    if (times > lengths.size() - i) return false;
    std::fill_n(lengths.begin() + static_cast<std::ptrdiff_t>(i), times, value);
    i += times;
  }
  return true;
}

/// Shorter codes stand in the table as often as they are the beginning of its index: each bit more doubles what is
/// there.
bool DeflateBlock::build(std::span<const std::uint8_t> lengths, const Entry* meanings, unsigned index_bits,
                         unsigned table) noexcept {
  Code code;
  if (!code.sort(lengths)) return false;
  Entry* const root = table_.data() + table * unit;
  root[0] = damage;
  for (unsigned length = 1; length <= index_bits; ++length) {
    const std::size_t half = std::size_t{1} << (length - 1);
    std::memcpy(root + half, root, half * sizeof(Entry));
    for (unsigned i = 0; i < code.count[length]; ++i) {
      root[code.word] = meanings[*code.next++] + length;
      code.word = next_codeword(code.word, length);
    }
  }
  return build_further(code, meanings, index_bits, root);
}

/// Codes longer than the index share a further table with all that begin like them, large enough for the longest.
bool DeflateBlock::build_further(Code& code, const Entry* meanings, unsigned index_bits, Entry* root) noexcept {
  const unsigned index_mask = (1u << index_bits) - 1;
  unsigned beginning = ~0u, bits = 0;
  Entry* further = nullptr;
  for (unsigned length = index_bits + 1; length <= longest_code; ++length) {
    for (unsigned left = code.count[length]; left > 0; --left) {
      if ((code.word & index_mask) != beginning) {
        beginning = code.word & index_mask;
        bits = length - index_bits;
        for (unsigned used = left; used < 1u << bits && index_bits + bits < longest_code;) {
          ++bits;
          used = 2 * used + code.count[index_bits + bits];
        }
        const unsigned taken = ((1u << bits) + unit - 1) / unit;
        if (free_unit_ + taken > units) return false;
        further = table_.data() + free_unit_ * unit;
        root[beginning] = make(index_bits, is_nothing, bits, 0, free_unit_);
        free_unit_ += taken;
      }
      const unsigned rest = length - index_bits;
      for (unsigned i = code.word >> index_bits; i < 1u << bits; i += 1u << rest) {
        further[i] = meanings[*code.next] + rest;
      }
      ++code.next;
      code.word = next_codeword(code.word, length);
    }
  }
  return true;
}

}  // namespace trigloop::io::root
