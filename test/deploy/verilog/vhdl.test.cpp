// The Global Trigger's wrapper in GHDL: it compiles beside an entity of the Verilog's ports, puts the fields of the
// trigger's objects where the network expects them, and compares the score.
//
// GHDL reads no Verilog. In the network's place stands an entity whose ports are read from the Verilog's text, and
// which prints the event that it is given.
#include "deploy/verilog/vhdl.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <bitset>
#include <regex>

#include "core/program.hpp"
#include "core/random.hpp"
#include "deploy/verilog/print.hpp"
#include "deploy/verilog/project.hpp"
#include "test/score/axol1tl_like.hpp"
#include "test/support/support.hpp"

#define TRIGLOOP_NEEDS_GHDL() \
  if (!core::find_program("ghdl")) GTEST_SKIP() << "ghdl is not installed (dev/apt-packages.txt, group test)"

namespace trigloop::deploy {
namespace {

/// What the wrapper uses of the Global Trigger's package.
constexpr const char* package_text = R"(library ieee;
use ieee.std_logic_1164.all;
package gtl_pkg is
    constant MAX_ESUMS_BITS: natural := 20;
    type calo_objects_array is array (natural range <>) of std_logic_vector(31 downto 0);
    type muon_objects_array is array (natural range <>) of std_logic_vector(63 downto 0);
end package;
)";

/// An entity with the ports of the Verilog module `name`.
std::string stub_of(const std::string& name, const std::string& verilog) {
  std::string ports;
  const std::regex port(R"((input|output)\s+(?:wire |reg )?\s*(?:\[(\d+):0\]\s*)?(\w+)\s*[,\n)])");
  const std::string head = verilog.substr(0, verilog.find(");") + 1);
  for (std::sregex_iterator at(head.begin(), head.end(), port), end; at != end; ++at) {
    const std::string type = (*at)[2].matched ? "std_logic_vector(" + (*at)[2].str() + " downto 0)" : "std_logic";
    ports += fmt::format("{}        {}: {} {}", ports.empty() ? "" : ";\n", (*at)[3].str(),
                         (*at)[1] == "input" ? "in" : "out", type);
  }
  return fmt::format(R"(library ieee;
use ieee.std_logic_1164.all;
use ieee.numeric_std.all;
entity {0} is
    port (
{1}
    );
end entity;
architecture stub of {0} is
begin
    score <= std_logic_vector(to_unsigned(4150, score'length)) when event_bits(0) = '1'
             else std_logic_vector(to_unsigned(4149, score'length));
    process (event_bits)
    begin
        report "event " & to_string(event_bits);
    end process;
end architecture;
)",
                     name, ports);
}

/// Drives the wrapper with these words, and prints what comes out.
std::string bench_of(const std::string& name, const std::string& assignments) {
  return fmt::format(R"(library ieee;
use ieee.std_logic_1164.all;
use ieee.numeric_std.all;
use work.gtl_pkg.all;
entity bench is
end entity;
architecture test of bench is
    signal clk, decision: std_logic := '0';
    signal mu: muon_objects_array(0 to 7) := (others => (others => '0'));
    signal eg, jet, tau: calo_objects_array(0 to 11) := (others => (others => '0'));
    signal etm, none: std_logic_vector(MAX_ESUMS_BITS-1 downto 0) := (others => '0');
    signal score: std_logic_vector(17 downto 0);
begin
    wrapper_i: entity work.{0}_wrapper
        port map (lhc_clk => clk, mu => mu, eg => eg, jet => jet, tau => tau, ett => none, htt => none, etm => etm,
                  htm => none, etmhf => none, htmhf => none, adt_out => decision, anomaly_score_o => score);
    process
    begin
{1}        wait for 1 ns;
        report "decision " & to_string(decision) & " score " & to_string(score);
        wait;
    end process;
end architecture;
)",
                     name, assignments);
}

std::int64_t bits_of(std::uint64_t word, int lowest, int width, bool is_signed) {
  const auto field = static_cast<std::int64_t>((word >> lowest) & ((std::uint64_t{1} << width) - 1));
  return is_signed && ((field >> (width - 1)) & 1) != 0 ? field - (std::int64_t{1} << width) : field;
}

/// Random words of objects: their VHDL, and the network's event by the fields of the trigger's interface documents.
struct Words {
  std::string assignments;
  std::vector<std::int64_t> event;

  explicit Words(std::uint64_t seed) : random_(seed, 77) {
    const std::uint64_t etm = assign("etm", 20);
    push({bits_of(etm, 0, 12, false), 0, bits_of(etm, 12, 8, false)});
    for (int k = 0; k < 4; ++k) {
      const std::uint64_t eg = assign(fmt::format("eg({})", k), 32);
      push({bits_of(eg, 0, 9, false), bits_of(eg, 9, 8, true), bits_of(eg, 17, 8, false)});
    }
    for (int k = 0; k < 4; ++k) {
      const std::uint64_t mu = assign(fmt::format("mu({})", k), 64);
      push({bits_of(mu, 10, 9, false), bits_of(mu, 23, 9, true), bits_of(mu, 0, 10, false)});
    }
    for (int k = 0; k < 10; ++k) {
      const std::uint64_t jet = assign(fmt::format("jet({})", k), 32);
      push({bits_of(jet, 0, 11, false), bits_of(jet, 11, 8, true), bits_of(jet, 19, 8, false)});
    }
  }
  /// As the port has it: the first feature lowest.
  std::string binary() const {
    std::string text;
    for (auto code = event.rbegin(); code != event.rend(); ++code)
      text += std::bitset<16>(static_cast<std::uint64_t>(*code) & 0xffff).to_string();
    return text;
  }

 private:
  std::uint64_t assign(const std::string& signal, int bits) {
    const std::uint64_t word = (std::uint64_t{random_()} << 32 | random_()) & (bits == 64 ? ~0ull : (1ull << bits) - 1);
    const std::string text = std::bitset<64>(word).to_string();
    assignments += fmt::format("        {} <= \"{}\";\n", signal, text.substr(static_cast<std::size_t>(64 - bits)));
    return word;
  }
  void push(std::array<std::int64_t, 3> features) { event.insert(event.end(), features.begin(), features.end()); }
  core::Philox random_;
};

class UgtWrapper : public testing::Test {
 protected:
  /// Analyses the sources, elaborates and runs the bench; what GHDL printed.
  std::string simulate(const std::vector<double>& thresholds, const std::string& assignments) {
    VerilogOptions options;
    options.name = "axol1tl";
    options.budget = 0;
    options.latency = 2;
    options.thresholds = thresholds;
    const VerilogDesign design = make_verilog(test::Axol1tlLike(1).make(), options);
    const auto wrapper = ugt_wrapper(design.circuit, design.schedule.latency);
    EXPECT_TRUE(wrapper.has_value());
    const std::string verilog = print_verilog(design.circuit, design.schedule).front().text;
    test::write_file(folder_ / "gtl_pkg.vhd", package_text);
    test::write_file(folder_ / "stub.vhd", stub_of("axol1tl", verilog));
    test::write_file(folder_ / "wrapper.vhd", wrapper.value_or(""));
    test::write_file(folder_ / "bench.vhd", bench_of("axol1tl", assignments));
    core::run_tool({"ghdl", "-a", "--std=08", "gtl_pkg.vhd", "stub.vhd", "wrapper.vhd", "bench.vhd"}, folder_.path());
    core::run_tool({"ghdl", "-e", "--std=08", "bench"}, folder_.path());
    return core::run_tool({"ghdl", "-r", "--std=08", "bench"}, folder_.path());
  }
  test::TempDir folder_;
};

TEST_F(UgtWrapper, PutsTheObjectsWhereTheNetworkExpectsThem) {
  TRIGLOOP_NEEDS_GHDL();
  const Words words(3);
  ASSERT_EQ(words.event.size(), 57u);
  const std::string printed = simulate({}, words.assignments);
  EXPECT_NE(printed.find("event " + words.binary() + "\n"), std::string::npos) << printed;
}

TEST_F(UgtWrapper, DecidesAtItsThreshold) {
  TRIGLOOP_NEEDS_GHDL();
  const std::string fires = simulate({1, 2}, "        etm(0) <= '1';\n");
  EXPECT_NE(fires.find("decision 1 score 000001000000110110"), std::string::npos) << fires;
  const std::string below = simulate({1, 2}, "");
  EXPECT_NE(below.find("decision 0 score 000001000000110101"), std::string::npos) << below;
}

}  // namespace
}  // namespace trigloop::deploy
