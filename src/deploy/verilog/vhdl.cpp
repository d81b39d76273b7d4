#include "deploy/verilog/vhdl.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace trigloop::deploy {
namespace {

constexpr int feature_bits = 16, score_bits = 18;

/// Bits [lowest, lowest + width) of a trigger object's word; width 0: the feature is always 0.
struct BitField {
  int lowest = 0, width = 0;
  bool is_signed = false;
};

/// Energy (or momentum), eta and phi of the objects in the event's order: missing energy, e/gamma, muons, jets. The
/// fields are those of the Global Trigger's words; a muon's eta and phi are those extrapolated to the vertex.
struct Objects {
  const char* port;
  int count;
  std::array<BitField, 3> fields;
};
constexpr std::array<Objects, 4> event_objects{{
    {"etm", 0, {{{0, 12}, {0, 0}, {12, 8}}}},
    {"eg", 4, {{{0, 9}, {9, 8, true}, {17, 8}}}},
    {"mu", 4, {{{10, 9}, {23, 9, true}, {0, 10}}}},
    {"jet", 10, {{{0, 11}, {11, 8, true}, {19, 8}}}},
}};

std::string feature_text(const std::string& object, const BitField& field) {
  if (field.width == 0) return "(others => '0')";
  const std::string bits = fmt::format("{}({} downto {})", object, field.lowest + field.width - 1, field.lowest);
  return fmt::format("std_logic_vector(resize({}({}), {}))", field.is_signed ? "signed" : "unsigned", bits,
                     feature_bits);
}

std::string features_text() {
  std::string text;
  int feature = 0;
  for (const Objects& objects : event_objects) {
    for (int k = 0; k < std::max(1, objects.count); ++k) {
      const std::string object = objects.count == 0 ? objects.port : fmt::format("{}({})", objects.port, k);
      for (const BitField& field : objects.fields) {
        text += fmt::format("    event_bits({} downto {}) <= {};\n", feature_bits * (feature + 1) - 1,
                            feature_bits * feature, feature_text(object, field));
        ++feature;
      }
    }
  }
  return text;
}

}  // namespace

std::optional<std::string> ugt_wrapper(const Circuit& circuit, int latency) {
  constexpr std::size_t features = 57;
  const Signal& score = circuit[circuit.outputs.front()];
  if (circuit.inputs.size() != features || score.is_signed() || score.width() > score_bits || latency == 0) return {};
  for (const SignalId id : circuit.inputs) {
    if (circuit[id].width() != feature_bits) return {};
  }
  return fmt::format(
      R"(-- {0} as a condition of the Global Trigger: entity work.{0}_wrapper.
-- The score comes {1} clocks of lhc_clk after its objects; adt_out compares it with the threshold in the same clock.
library ieee;
use ieee.std_logic_1164.all;
use ieee.numeric_std.all;
use work.gtl_pkg.all;

entity {0}_wrapper is
    generic (
        sim_mode: boolean := true;
        threshold: integer := 4150
    );
    port (
        lhc_clk: in std_logic;
        mu: in muon_objects_array;
        eg: in calo_objects_array;
        jet: in calo_objects_array;
        tau: in calo_objects_array;
        ett: in std_logic_vector(MAX_ESUMS_BITS-1 downto 0);
        htt: in std_logic_vector(MAX_ESUMS_BITS-1 downto 0);
        etm: in std_logic_vector(MAX_ESUMS_BITS-1 downto 0);
        htm: in std_logic_vector(MAX_ESUMS_BITS-1 downto 0);
        etmhf: in std_logic_vector(MAX_ESUMS_BITS-1 downto 0);
        htmhf: in std_logic_vector(MAX_ESUMS_BITS-1 downto 0);
        adt_out: out std_logic;
        anomaly_score_o: out std_logic_vector({2} downto 0)
    );
end {0}_wrapper;

architecture rtl of {0}_wrapper is
    component {0}
        port (
            clk: in std_logic;
            event_bits: in std_logic_vector({3} downto 0);
            score: out std_logic_vector({4} downto 0){5}
        );
    end component;
    signal event_bits: std_logic_vector({3} downto 0);
    signal score: std_logic_vector({4} downto 0);
begin
{6}    network_i: {0} port map (clk => lhc_clk, event_bits => event_bits, score => score{7});
    adt_out <= '1' when to_integer(unsigned(score)) >= threshold else '0';
    anomaly_score_o <= std_logic_vector(resize(unsigned(score), {8}));
end architecture rtl;
)",
      circuit.name, latency, score_bits - 1, features * feature_bits - 1, score.width() - 1,
      circuit.decisions.empty()
          ? ""
          : fmt::format(";\n            decision: out std_logic_vector({} downto 0)", circuit.decisions.size() - 1),
      features_text(), circuit.decisions.empty() ? "" : ", decision => open", score_bits);
}

}  // namespace trigloop::deploy
