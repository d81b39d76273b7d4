#include "deploy/verilog/project.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>

#include "core/embed.hpp"
#include "core/error.hpp"
#include "core/folder.hpp"
#include "core/json_writer.hpp"
#include "deploy/verilog/patterns.hpp"
#include "deploy/verilog/print.hpp"
#include "deploy/verilog/vhdl.hpp"

TRIGLOOP_EMBED(verilog_testbench, TRIGLOOP_TEMPLATES "/testbench.cpp");
TRIGLOOP_EMBED(verilog_synth, TRIGLOOP_TEMPLATES "/synth.tcl");
TRIGLOOP_EMBED(verilog_makefile, TRIGLOOP_TEMPLATES "/Makefile");

namespace trigloop::deploy {
namespace {

constexpr std::size_t pattern_events = 1000;

void require_identifier(const std::string& name) {
  bool good = !name.empty() && std::isdigit(static_cast<unsigned char>(name[0])) == 0;
  for (const char c : name) good = good && (std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_');
  if (good) return;
  throw core::Error(core::ErrorCode::usage, "'" + name + "' is no name of a Verilog module")
      .remedy("Use letters, digits and '_', a letter first");
}

/// What the test bench has to know, for the preprocessor.
std::string design_header(const Circuit& circuit, int latency) {
  std::string widths;
  int bits = 0;
  for (const SignalId id : circuit.inputs) {
    widths += fmt::format("{}{}", widths.empty() ? "" : ", ", circuit[id].width());
    bits += circuit[id].width();
  }
  const Signal& score = circuit[circuit.outputs.front()];
  return fmt::format(
      "#pragma once\n#define DESIGN_HEADER \"V{0}.h\"\n#define DESIGN_CLASS V{0}\n#define DESIGN_FEATURES {1}\n"
      "#define DESIGN_WIDTHS {{{2}}}\n#define DESIGN_INPUT_BITS {3}\n#define DESIGN_LATENCY {4}\n"
      "#define DESIGN_SCORE_BITS {5}\n#define DESIGN_SCORE_SIGNED {6}\n#define DESIGN_DECISIONS {7}\n",
      circuit.name, circuit.inputs.size(), widths, bits, latency, score.width(), score.is_signed(),
      circuit.decisions.size());
}

/// The smallest code that reaches a threshold; one beyond all codes where it is so large.
Code code_of(double threshold, int fraction) {
  if (std::isnan(threshold)) throw core::Error(core::ErrorCode::usage, "a threshold is not a number");
  return static_cast<Code>(std::clamp(std::ceil(std::ldexp(threshold, fraction)), -0x1p100, 0x1p100));
}

/// A clock where there are registers; else the way through the circuit within the period.
std::string timing_constraints(const VerilogDesign& design) {
  const double period = design.options.period;
  if (design.schedule.latency == 0)
    return fmt::format("set_max_delay {} -from [all_inputs] -to [all_outputs]\n", period);
  return fmt::format(
      "create_clock -name clk -period {} [get_ports clk]\nset_input_delay 0 -clock clk [get_ports event_bits*]\n"
      "set_output_delay 0 -clock clk [get_ports score*]\n",
      period);
}

}  // namespace

VerilogDesign make_verilog(const model::Graph& graph, const VerilogOptions& options) {
  require_identifier(options.name);
  if (graph.output().output.features() != 1 || graph.output().output.bits() > 64) {
    throw core::Error(core::ErrorCode::unsupported, "firmware has one score of at most 64 bits")
        .remedy("Quantise the model's output");
  }
  LowerOptions how{options.name, options.budget, {}};
  for (const double threshold : options.thresholds) {
    how.thresholds.push_back(code_of(threshold, graph.output().output.fraction));
  }
  VerilogDesign design{lower(graph, how), {}, {}, {}, options};
  const DelayModel delays = delays_of(options.part);
  design.schedule = place_registers(design.circuit, options.latency, delays);
  design.enough = least_latency(design.circuit, options.period, delays);
  design.estimate = estimate(design.circuit);
  return design;
}

void write_project(const VerilogDesign& design, const std::filesystem::path& folder) {
  core::OutputFolder out(folder);
  for (const SourceFile& file : print_verilog(design.circuit, design.schedule))
    out.write("rtl/" + file.name, file.text);
  out.write("sim/testbench.cpp", TRIGLOOP_EMBEDDED(verilog_testbench));
  out.write("sim/Makefile", TRIGLOOP_EMBEDDED(verilog_makefile));
  out.write("sim/design.h", design_header(design.circuit, design.schedule.latency));
  out.write("sim/design.mk", fmt::format("TOP = {}\n", design.circuit.name));
  out.write("vivado/synth.tcl", TRIGLOOP_EMBEDDED(verilog_synth));
  out.write("vivado/design.tcl", fmt::format("set top {}\nset part {}\n", design.circuit.name, design.options.part));
  out.write("vivado/timing.xdc", timing_constraints(design));
  if (const auto wrapper = ugt_wrapper(design.circuit, design.schedule.latency)) {
    out.write("vhdl/" + design.circuit.name + "_wrapper.vhd", *wrapper);
  }
  const Patterns patterns = make_patterns(design.circuit, pattern_events);
  out.write("patterns/events.hex", patterns.events);
  out.write("patterns/scores.hex", patterns.scores);
  out.write("report.json", as_json(design) + "\n");
  out.commit();
}

std::string as_table(const VerilogDesign& design) {
  std::string text = fmt::format("{:<24} {:>7} {:>7} {:>7} {:>6}\n", "layer", "adders", "tables", "carries", "depth");
  const auto row = [&](const std::string& name, const auto& e) {
    text += fmt::format("{:<24} {:>7} {:>7} {:>7} {:>6}\n", name, e.adders, e.tables, e.carries, e.depth);
  };
  for (const LayerEstimate& layer : design.estimate.layers) row(layer.name, layer);
  row("all", design.estimate);
  text += fmt::format("latency {} clocks; longest way between registers about {:.1f} ns, for a period of {} ns",
                      design.schedule.latency, design.schedule.period, design.options.period);
  const bool is_short = design.schedule.period > design.options.period && design.enough;
  text += is_short ? fmt::format(", which {} clocks hold\n", *design.enough) : "\n";
  return text + "tables of 6 inputs and carry cells of 4 bits are estimates, before synthesis\n";
}

std::string as_json(const VerilogDesign& design) {
  core::JsonWriter json;
  const auto numbers = [&](const auto& e) {
    json.member("adders", e.adders).member("tables", e.tables).member("carries", e.carries).member("depth", e.depth);
  };
  const Signal& score = design.circuit[design.circuit.outputs.front()];
  json.begin_object().member("name", design.circuit.name).member("features", design.circuit.inputs.size());
  json.member("latency", design.schedule.latency).member("period", design.options.period);
  json.member("estimated_period", design.schedule.period).key("latency_of_period");
  design.enough ? json.value(*design.enough) : json.null();
  json.member("score_bits", score.width());
  json.member("score_signed", score.is_signed()).member("score_fraction", design.circuit.output_fraction);
  json.array("thresholds", design.options.thresholds);
  json.key("estimate").begin_object();
  numbers(design.estimate);
  json.end_object().key("layers").begin_array();
  for (const LayerEstimate& layer : design.estimate.layers) {
    json.begin_object().member("name", layer.name).member("operation", layer.operation);
    numbers(layer);
    json.end_object();
  }
  json.end_array().end_object();
  return json.text();
}

}  // namespace trigloop::deploy
