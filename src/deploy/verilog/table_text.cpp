#include "deploy/verilog/table_text.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <map>
#include <utility>

#include "deploy/verilog/text.hpp"

namespace trigloop::deploy {
namespace {

/// Bit `bit` of all values: the truth table of an output, of 2^inputs bits.
std::uint64_t truth_of(const Table& table, int bit) {
  std::uint64_t truth = 0;
  for (std::size_t at = 0; at < table.values.size(); ++at) {
    truth |= static_cast<std::uint64_t>(table.values[at] >> bit & 1) << at;
  }
  return truth;
}

/// Functions of x as multiplexers, the highest bit of x first; each function is written once.
class DecisionDiagram {
 public:
  /// The wire (or constant) that has the function of the lowest `inputs` bits of x with this truth table.
  std::string wire_of(std::uint64_t truth, int inputs) {
    if (inputs == 0) return truth != 0 ? "1'b1" : "1'b0";
    const int half = 1 << (inputs - 1);
    const std::uint64_t low = truth & ((std::uint64_t{1} << half) - 1), high = truth >> half;
    if (low == high) return wire_of(low, inputs - 1);
    if (inputs == 1) return high != 0 ? "x[0]" : "~x[0]";
    const std::pair function{inputs, truth};
    if (const auto found = names_.find(function); found != names_.end()) return found->second;
    const std::string on = wire_of(high, inputs - 1), off = wire_of(low, inputs - 1);
    const std::string name = fmt::format("d{}", names_.size());
    text_ += fmt::format("  wire {} = x[{}] ? {} : {};\n", name, inputs - 1, on, off);
    return names_[function] = name;
  }
  const std::string& text() const noexcept { return text_; }

 private:
  std::map<std::pair<int, std::uint64_t>, std::string> names_;
  std::string text_;
};

}  // namespace

std::string table_module(const std::string& name, const Table& table, int inputs, int outputs) {
  const std::string head =
      fmt::format("module {} (input wire {}x, output wire {}y);\n", name, span_text(inputs), span_text(outputs));
  const int size = static_cast<int>(table.values.size());
  std::string lookups, assigns;
  DecisionDiagram diagram;
  for (int bit = 0; bit < outputs; ++bit) {
    const std::uint64_t truth = truth_of(table, bit);
    const std::string y = bit_text({"y", outputs, false}, bit);
    lookups += fmt::format("  localparam [{0}:0] T{1} = {2};\n  assign {3} = T{1}[x];\n", size - 1, bit,
                           constant_text(static_cast<Code>(truth), size), y);
    assigns += fmt::format("  assign {} = {};\n", y, diagram.wire_of(truth, inputs));
  }
  if (inputs == 1) return head + lookups + "endmodule\n";  // x is no vector, and nothing can be shared
  return head + "`ifdef YOSYS\n" + diagram.text() + assigns + "`else\n" + lookups + "`endif\nendmodule\n";
}

}  // namespace trigloop::deploy
