#pragma once
// What the words of the scouting network's blocks mean: one table for unpacking and packing.
//
// Facts: CMSSW's EventFilter/L1ScoutingRawToDigi/interface/{blocks,shifts,masks}.h and the unpackers beside them; ids
// of the sources (SDS) from DataFormats/L1ScoutingRawData/interface/SDSNumbering.h, and which of the calorimeter's TCP
// streams carries what from ScCaloRawToDigi_cfi.py.
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "event/type.hpp"

namespace trigloop::io::raw {

/// The collections that are unpacked, in the order in which CMSSW's classes appear in an orbit file.
enum Product : std::uint8_t { muons, jets, egammas, taus, sums, stubs };
inline constexpr std::size_t product_count = 6;

/// Scouting data sources. An event of a file holds what one of them saw of an orbit.
enum Sds : std::uint32_t {
  sds_gmt = 1,
  sds_calo = 2,         ///< all of the calorimeter trigger in blocks of one size
  sds_bmtf_first = 10,  ///< stubs, one a sector
  sds_bmtf_last = 21,
  sds_tcp_jets = 22,
  sds_tcp_egammas = 23,
  sds_tcp_sums = 24,
  sds_tcp_taus = 25,
};

enum class Rule : std::uint8_t {
  bits,         ///< unsigned
  signed_bits,  ///< two's complement
  muon_eta,     ///< of the first or the second track, as bit 0 of the word says
  charge,       ///< -1, 1, or 0 where it is not valid: the bit behind it
  valid,        ///< bits as a truth
  azimuth,      ///< 0 where its amount, bits 0 to 11, is 0
  from_one,     ///< bits + 1
  centrality,   ///< two bits of this word, and two of the next above them
};

struct Member {
  std::string_view name;  ///< of CMSSW's class
  event::Type type;
  std::uint8_t word, shift, width;
  Rule rule = Rule::bits;
};

/// An object is `words` words, kept apart: member m of object i is in words[m.word][i].
inline constexpr std::size_t most_words = 6;
using Words = std::array<const std::uint32_t*, most_words>;

struct Kind {
  std::string_view branch;  ///< as CMSSW's orbit files name the product
  std::uint8_t words;
  std::span<const Member> members;
};

const Kind& kind_of(Product product) noexcept;

/// What a source has objects of; nothing, if it is none of scouting.
std::span<const Product> products_of(std::uint32_t sds) noexcept;

/// Member `member` of n objects, in its type; up to 64 bytes behind the last one are written, and as many read behind
/// the words.
void decode(const Member& member, const Words& words, std::size_t n, std::byte* out);

/// Puts a value into the words of an object, which begin as zeros. False, if the member cannot hold it.
bool encode(const Member& member, std::int64_t value, std::uint32_t* words) noexcept;

}  // namespace trigloop::io::raw
