#include "io/raw/fields.hpp"

namespace trigloop::io::raw {
namespace {

using event::Type;

constexpr Type i16 = Type::int16, u16 = Type::uint16, i32 = Type::int32;

// Words: f, s, extra.
constexpr Member muon[] = {{"hwPt_", i16, 0, 10, 9},
                           {"hwEta_", i16, 2, 13, 9, Rule::muon_eta},
                           {"hwPhi_", i16, 1, 11, 10},
                           {"hwQual_", i16, 0, 19, 4},
                           {"hwChrg_", i16, 1, 2, 1, Rule::charge},
                           {"hwChrgv_", i16, 1, 3, 1, Rule::valid},
                           {"hwIso_", i16, 1, 0, 2},
                           {"tfIndex_", u16, 1, 4, 7},
                           {"hwEtaAtVtx_", i16, 0, 23, 9, Rule::signed_bits},
                           {"hwPhiAtVtx_", i16, 0, 0, 10},
                           {"hwPtUnconstrained_", i16, 1, 21, 8},
                           {"hwDXY_", u16, 1, 30, 2}};
constexpr Member jet[] = {{"hwEt_", i16, 0, 0, 11},
                          {"hwEta_", i16, 0, 11, 8, Rule::signed_bits},
                          {"hwPhi_", i16, 0, 19, 8},
                          {"hwIso_", i16, 0, 28, 2}};
constexpr Member egamma[] = {{"hwEt_", i16, 0, 0, 9},
                             {"hwEta_", i16, 0, 9, 8, Rule::signed_bits},
                             {"hwPhi_", i16, 0, 17, 8},
                             {"hwIso_", i16, 0, 25, 2}};
// Words: ET, HT, missing ET, missing HT, the last two with the forward calorimeter.
constexpr Member sum[] = {{"hwTotalEt_", i32, 0, 0, 12},
                          {"hwTotalEtEm_", i32, 0, 12, 12},
                          {"hwTotalHt_", i32, 1, 0, 12},
                          {"hwMissEt_", i32, 2, 0, 12},
                          {"hwMissEtPhi_", i32, 2, 12, 8, Rule::azimuth},
                          {"hwMissHt_", i32, 3, 0, 12},
                          {"hwMissHtPhi_", i32, 3, 12, 8, Rule::azimuth},
                          {"hwMissEtHF_", i32, 4, 0, 12},
                          {"hwMissEtHFPhi_", i32, 4, 12, 8, Rule::azimuth},
                          {"hwMissHtHF_", i32, 5, 0, 12},
                          {"hwMissHtHFPhi_", i32, 5, 12, 8, Rule::azimuth},
                          {"hwAsymEt_", i32, 2, 20, 8},
                          {"hwAsymHt_", i32, 3, 20, 8},
                          {"hwAsymEtHF_", i32, 4, 20, 8},
                          {"hwAsymHtHF_", i32, 5, 20, 8},
                          {"minBiasHFP0_", i32, 0, 28, 4},
                          {"minBiasHFM0_", i32, 1, 28, 4},
                          {"minBiasHFP1_", i32, 2, 28, 4},
                          {"minBiasHFM1_", i32, 3, 28, 4},
                          {"towerCount_", i32, 1, 12, 13},
                          {"centrality_", i32, 4, 28, 4, Rule::centrality}};
// Words: bits 0 to 31 and 26 to 57 of a stub; sector and tag, which its place in the file tells.
constexpr Member stub[] = {{"hwPhi_", i16, 0, 1, 12, Rule::signed_bits},
                           {"hwPhiB_", i16, 0, 13, 10, Rule::signed_bits},
                           {"hwQual_", i16, 0, 23, 3},
                           {"hwEta_", i16, 1, 0, 7},
                           {"hwQEta_", i16, 1, 7, 7},
                           {"station_", i16, 1, 14, 2, Rule::from_one},
                           {"wheel_", i16, 1, 16, 3, Rule::signed_bits},
                           {"sector_", i16, 2, 0, 4},
                           {"tag_", i16, 2, 4, 1}};

constexpr Kind kinds[product_count] = {
    {"l1ScoutingRun3MuonOrbitCollection_l1ScGmtUnpacker_Muon_RAW.", 3, muon},
    {"l1ScoutingRun3JetOrbitCollection_l1ScCaloUnpacker_Jet_RAW.", 1, jet},
    {"l1ScoutingRun3EGammaOrbitCollection_l1ScCaloUnpacker_EGamma_RAW.", 1, egamma},
    {"l1ScoutingRun3TauOrbitCollection_l1ScCaloUnpacker_Tau_RAW.", 1, egamma},  // as e/gamma
    {"l1ScoutingRun3BxSumsOrbitCollection_l1ScCaloUnpacker_EtSum_RAW.", 6, sum},
    {"l1ScoutingRun3BMTFStubOrbitCollection_l1ScBMTFUnpacker_BMTFStub_RAW.", 3, stub}};

/// out[i] = value(i) in blocks of 16, which the compiler does in vectors without a rest.
template <class T, class Value>
void fill(std::size_t n, std::byte* out, Value value) {
  auto* to = reinterpret_cast<T*>(out);
  for (std::size_t first = 0; first < n; first += 16)
    for (std::size_t i = first; i < first + 16; ++i) to[i] = static_cast<T>(value(i));
}

/// The value of 9 bits as CMSSW's muon unpacker has it: 256, which no muon has, stays what it is.
constexpr std::int32_t muon_eta(std::uint32_t extra) {
  const auto bits = static_cast<std::int32_t>(((extra & 1) == 0 ? extra >> 13 : extra >> 22) & 0x1FF);
  return bits > 256 ? bits - 512 : bits;
}

template <class T>
void decode_as(const Member& m, const Words& words, std::size_t n, std::byte* out) {
  const std::uint32_t* in = words[m.word];
  const unsigned shift = m.shift, up = 32u - m.shift - m.width, down = 32u - m.width;
  const std::uint32_t mask = (1u << m.width) - 1;
  switch (m.rule) {
    case Rule::bits:
    case Rule::valid:
      return fill<T>(n, out, [=](std::size_t i) { return in[i] >> shift & mask; });
    case Rule::signed_bits:
      return fill<T>(n, out, [=](std::size_t i) { return static_cast<std::int32_t>(in[i] << up) >> down; });
    case Rule::muon_eta:
      return fill<T>(n, out, [=](std::size_t i) { return muon_eta(in[i]); });
    case Rule::charge:
      return fill<T>(n, out, [=](std::size_t i) {
        const auto negative = static_cast<std::int32_t>(in[i] >> shift & 1);
        return (1 - 2 * negative) * static_cast<std::int32_t>(in[i] >> (shift + 1) & 1);
      });
    case Rule::azimuth:
      return fill<T>(n, out, [=](std::size_t i) { return (in[i] & 0xFFF) != 0 ? in[i] >> shift & mask : 0u; });
    case Rule::from_one:
      return fill<T>(n, out, [=](std::size_t i) { return (in[i] >> shift & mask) + 1; });
    case Rule::centrality: {
      const std::uint32_t* next = words[m.word + 1u];
      // CMSSW shifts the second pair of bits by four.
      return fill<T>(n, out, [=](std::size_t i) { return (next[i] >> shift & 3) << 4 | (in[i] >> shift & 3); });
    }
  }
}

}  // namespace

const Kind& kind_of(Product product) noexcept { return kinds[product]; }

std::span<const Product> products_of(std::uint32_t sds) noexcept {
  static constexpr Product all[] = {muons, jets, egammas, taus, sums, stubs};
  const std::span<const Product> products(all);
  if (sds >= sds_bmtf_first && sds <= sds_bmtf_last) return products.subspan(5);
  switch (sds) {
    case sds_gmt:
      return products.first(1);
    case sds_calo:
      return products.subspan(1, 4);
    case sds_tcp_jets:
      return products.subspan(1, 1);
    case sds_tcp_egammas:
      return products.subspan(2, 1);
    case sds_tcp_taus:
      return products.subspan(3, 1);
    case sds_tcp_sums:
      return products.subspan(4, 1);
    default:
      return {};
  }
}

void decode(const Member& member, const Words& words, std::size_t n, std::byte* out) {
  if (member.type == i32) return decode_as<std::int32_t>(member, words, n, out);
  decode_as<std::uint16_t>(member, words, n, out);  // the same bits, signed or not
}

bool encode(const Member& m, std::int64_t value, std::uint32_t* words) noexcept {
  const std::int64_t most = (std::int64_t{1} << m.width) - 1;
  const auto put = [&](std::int64_t bits) {
    words[m.word] |= static_cast<std::uint32_t>(bits & most) << m.shift;
    return true;
  };
  switch (m.rule) {
    case Rule::signed_bits:
    case Rule::muon_eta:
      return value >= -(most + 1) / 2 && value <= most / 2 && put(value);
    case Rule::charge:
      if (value == 0) return true;
      words[m.word] |= 2u << m.shift;  // valid
      return (value == 1 || value == -1) && put(value < 0 ? 1 : 0);
    case Rule::from_one:
      return value >= 1 && value <= most + 1 && put(value - 1);
    case Rule::centrality:
      words[m.word + 1u] |= static_cast<std::uint32_t>(value >> 4 & 3) << m.shift;
      words[m.word] |= static_cast<std::uint32_t>(value & 3) << m.shift;
      return (value & ~std::int64_t{0x33}) == 0;
    default:
      return value >= 0 && value <= most && put(value);
  }
}

}  // namespace trigloop::io::raw
