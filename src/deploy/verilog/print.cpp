#include "deploy/verilog/print.hpp"

#include <fmt/format.h>

#include "deploy/verilog/heap_text.hpp"
#include "deploy/verilog/module_writer.hpp"

namespace trigloop::deploy {
namespace {

class TopWriter {
 public:
  TopWriter(const Circuit& circuit, const Schedule& schedule) : circuit_(circuit), schedule_(schedule) {}

  void add_layer(const ModuleWriter& layer) {
    std::vector<std::string> ports;
    if (layer.has_registers()) ports.push_back(".clk(clk)");
    for (const auto* list : {&layer.inputs(), &layer.outputs()}) {
      for (const SignalId id : *list) ports.push_back(fmt::format(".{0}({0})", circuit_[id].name));
    }
    for (const SignalId id : layer.outputs()) {
      wires_ += fmt::format("  wire {}{};\n", span_text(circuit_[id].width()), circuit_[id].name);
    }
    instances_ +=
        fmt::format("  {} u_{} (\n    {}\n  );\n", layer.module_name(), layer.module_name(), fmt::join(ports, ", "));
  }

  std::string write() {
    std::string fields, ports = schedule_.latency > 0 ? "  input wire clk,\n" : "";
    const int bits = split_event(fields), scores = join(scores_, "score", circuit_.outputs);
    ports += fmt::format("  input wire {}event_bits,\n  output wire {}score", span_text(bits), span_text(scores));
    std::string text =
        fmt::format("// {} clocks after its event comes the score, a code times 2^-{}; one event a clock.\n",
                    schedule_.latency, circuit_.output_fraction);
    if (!circuit_.decisions.empty()) {
      const int decisions = join(scores_, "decision", circuit_.decisions);
      ports += fmt::format(",\n  output wire {}decision", span_text(decisions));
    }
    text += "// Features that no layer reads are not used.\n/* verilator lint_off UNUSEDSIGNAL */\n";
    return text + fmt::format("module {} (\n{}\n);\n", circuit_.name, ports) + fields + wires_ + instances_ + scores_ +
           "endmodule\n";
  }

 private:
  /// The event's features from the bits of the port; returns how many those are.
  int split_event(std::string& text) const {
    int bits = 0;
    for (const SignalId id : circuit_.inputs) bits += circuit_[id].width();
    int lowest = 0;
    for (const SignalId id : circuit_.inputs) {
      const int width = circuit_[id].width();
      text += fmt::format("  wire {}{} = {};\n", span_text(width), circuit_[id].name,
                          bits_text({"event_bits", bits, false}, lowest, width));
      lowest += width;
    }
    return bits;
  }

  /// Results behind their registers, side by side on a port; returns its width.
  int join(std::string& text, const std::string& port, const std::vector<SignalId>& results) const {
    std::vector<std::string> parts;
    int bits = 0;
    for (std::size_t k = 0; k < results.size(); ++k) {
      const Signal& signal = circuit_[results[k]];
      std::string last = signal.name;
      const int ranks = schedule_.latency == 0 ? 0 : schedule_.latency - schedule_.stages[results[k]];
      for (int rank = 1; rank <= ranks; ++rank) {
        const std::string next = fmt::format("{}{}_out{}", port, k, rank);
        text +=
            fmt::format("  reg {0}{1};\n  always @(posedge clk) {1} <= {2};\n", span_text(signal.width()), next, last);
        last = next;
      }
      parts.insert(parts.begin(), last);
      bits += signal.width();
    }
    text += fmt::format("  assign {} = {{{}}};\n", port, fmt::join(parts, ", "));
    return bits;
  }

  const Circuit& circuit_;
  const Schedule& schedule_;
  std::string wires_, instances_, scores_;
};

}  // namespace

std::vector<SourceFile> print_verilog(const Circuit& circuit, const Schedule& schedule) {
  std::vector<SourceFile> files{{circuit.name + ".v", ""}};
  TableModules tables(circuit.name);
  TopWriter top(circuit, schedule);
  for (std::size_t k = 0; k < circuit.layers().size(); ++k) {
    ModuleWriter layer(circuit, schedule, k, tables);
    if (!layer.has_logic()) continue;  // nothing but the inputs
    top.add_layer(layer);
    files.push_back({layer.module_name() + ".v", layer.write()});
  }
  files[0].text = top.write();
  files.push_back({circuit.name + "_parts.v", counter_modules(circuit.name) + tables.text()});
  return files;
}

}  // namespace trigloop::deploy
