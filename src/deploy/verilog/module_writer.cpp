#include "deploy/verilog/module_writer.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "deploy/verilog/cost.hpp"
#include "deploy/verilog/heap_text.hpp"
#include "deploy/verilog/table_text.hpp"

namespace trigloop::deploy {
namespace {

bool is_output(const Circuit& circuit, SignalId id) {
  return std::ranges::find(circuit.outputs, id) != circuit.outputs.end() ||
         std::ranges::find(circuit.decisions, id) != circuit.decisions.end();
}

/// k, if the limit is 2^k - 1.
std::optional<int> ones(Code limit) {
  for (int k = 0; k < 126; ++k) {
    if (limit == (Code{1} << k) - 1) return k;
  }
  return {};
}

}  // namespace

std::string TableModules::name_of(const Table& table, int inputs, int outputs) {
  std::string& name = names_[{inputs, table.values}];
  if (!name.empty()) return name;
  name = fmt::format("{}_table{}", prefix_, names_.size());
  text_ += "\n" + table_module(name, table, inputs, outputs);
  return name;
}

ModuleWriter::ModuleWriter(const Circuit& circuit, const Schedule& schedule, std::size_t layer, TableModules& tables)
    : circuit_(circuit), schedule_(schedule), layer_(layer), tables_(tables) {
  for (SignalId id = 0; id < circuit.signals().size(); ++id) {
    const bool mine = circuit[id].layer == layer;
    const bool is_input = std::holds_alternative<InputBits>(circuit[id].logic);
    has_logic_ = has_logic_ || (mine && !is_input);
    if (mine && is_output(circuit, id)) outputs_.insert(id);
    for (const SignalId operand : operands_of(circuit[id].logic)) {
      if (mine && circuit[operand].layer != layer) inputs_.insert(operand);
      if (!mine && circuit[operand].layer == layer) outputs_.insert(operand);
      const int wait = schedule.stages[id] - schedule.stages[operand];
      if (mine && wait > 0) delays_[operand] = std::max(delays_[operand], wait);
    }
  }
}

std::string ModuleWriter::module_name() const { return circuit_.name + "_" + circuit_.layers()[layer_].name; }

Word ModuleWriter::word(SignalId id, int stage) const {
  const Signal& signal = circuit_[id];
  const int wait = stage - schedule_.stages[id];
  return {wait == 0 ? signal.name : fmt::format("{}_r{}", signal.name, wait), signal.width(), signal.is_signed()};
}

std::string ModuleWriter::write() {
  const CircuitLayer& layer = circuit_.layers()[layer_];
  text_ = fmt::format("// {} ({})\n", layer.name, layer.operation);
  text_ += "// Bits that rounding drops, and counts beyond the highest bit of a sum, are not read.\n";
  text_ += "/* verilator lint_off UNUSEDSIGNAL */\n";
  write_ports();
  write_registers();
  for (SignalId id = 0; id < circuit_.signals().size(); ++id) {
    if (circuit_[id].layer == layer_) write_signal(id);
  }
  text_ += "endmodule\n";
  return std::move(text_);
}

void ModuleWriter::write_ports() {
  std::vector<std::string> ports;
  if (has_registers()) ports.push_back("input wire clk");
  const auto add = [&](const char* direction, SignalId id) {
    ports.push_back(fmt::format("{} wire {}{}", direction, span_text(circuit_[id].width()), circuit_[id].name));
  };
  for (const SignalId id : inputs_) add("input", id);
  for (const SignalId id : outputs_) add("output", id);
  text_ += fmt::format("module {} (\n  {}\n);\n", module_name(), fmt::join(ports, ",\n  "));
}

void ModuleWriter::write_registers() {
  for (const auto& [id, count] : delays_) {
    const Signal& s = circuit_[id];
    if (outputs_.contains(id) || inputs_.contains(id)) continue;
    text_ += fmt::format("  wire {}{};\n", span_text(s.width()), s.name);
  }
  for (const auto& [id, count] : delays_) {
    const Signal& s = circuit_[id];
    for (int k = 1; k <= count; ++k) text_ += fmt::format("  reg {}{}_r{};\n", span_text(s.width()), s.name, k);
  }
  if (delays_.empty()) return;
  text_ += "  always @(posedge clk) begin\n";
  for (const auto& [id, count] : delays_) {
    const std::string& name = circuit_[id].name;
    for (int k = 1; k <= count; ++k) {
      text_ += fmt::format("    {0}_r{1} <= {0}{2};\n", name, k, k == 1 ? "" : fmt::format("_r{}", k - 1));
    }
  }
  text_ += "  end\n";
}

void ModuleWriter::write_signal(SignalId id) {
  const Signal& s = circuit_[id];
  if (std::holds_alternative<InputBits>(s.logic)) return;
  if (!outputs_.contains(id) && !delays_.contains(id)) {
    text_ += fmt::format("  wire {}{};\n", span_text(s.width()), s.name);
  }
  const std::string text = s.range.lo == s.range.hi
                               ? fmt::format("assign {} = {};", s.name, constant_text(s.range.lo, s.width()))
                               : expression(id);
  text_ += text.starts_with("  ") ? text : fmt::format("  {}\n", text);
}

std::string ModuleWriter::expression(SignalId id) {
  const Signal& s = circuit_[id];
  const int stage = schedule_.stages[id], width = s.width();
  const auto assign = [&](const std::string& value) { return fmt::format("assign {} = {};", s.name, value); };
  if (const auto* op = std::get_if<SumOf>(&s.logic)) return sum_text(id, *op);
  if (const auto* op = std::get_if<Clamp>(&s.logic)) return assign(clamp_text(id, *op));
  if (const auto* op = std::get_if<Field>(&s.logic)) return assign(bits_text(word(op->of, stage), op->lowest, width));
  if (const auto* op = std::get_if<RoundEven>(&s.logic)) {
    const Word x = word(op->of, stage);
    const std::string last = fmt::format("{} & (|{})", bits_text(x, op->shift, 1), bits_text(x, 0, op->shift));
    return assign(width == 1 ? last : fmt::format("{{{}, {}}}", bits_text(x, op->shift + 1, width - 1), last));
  }
  if (const auto* op = std::get_if<Table>(&s.logic)) {
    std::vector<std::string> fields;
    int bits = 0;
    for (const Field& f : op->fields) {
      fields.insert(fields.begin(), bits_text(word(f.of, stage), f.lowest, f.width));
      bits += f.width;
    }
    return fmt::format("{} t_{} ({{{}}}, {});", tables_.name_of(*op, bits, width), s.name, fmt::join(fields, ", "),
                       s.name);
  }
  if (const auto* op = std::get_if<Outside>(&s.logic)) return assign(outside_text(word(op->of, stage), op->range));
  if (const auto* op = std::get_if<AnyOf>(&s.logic)) {
    std::vector<std::string> names;
    for (const SignalId of : op->of) names.push_back(word(of, stage).name);
    return assign(fmt::format("{}", fmt::join(names, " | ")));
  }
  if (const auto* op = std::get_if<ForcedTo>(&s.logic)) {
    return assign(fmt::format("{} ? {} : {}", word(op->flag, stage).name, constant_text(op->value, width),
                              bits_text(word(op->of, stage), 0, width)));
  }
  const auto& op = std::get<AtLeast>(s.logic);
  const Word x = word(op.of, stage);
  const std::string limit = constant_text(op.limit, x.width);
  return assign(x.is_signed ? fmt::format("$signed({}) >= $signed({})", x.name, limit)
                            : fmt::format("{} >= {}", x.name, limit));
}

std::string ModuleWriter::sum_text(SignalId id, const SumOf& op) {
  const Signal& s = circuit_[id];
  const int stage = schedule_.stages[id], width = s.width();
  const auto of = [&](const Term& t) { return word(t.value, stage); };
  if (op.terms.size() > 2 || (op.terms.size() == 2 && op.constant != 0)) {
    std::vector<Word> words;
    for (const Term& t : op.terms) words.push_back(of(t));
    return heap_text(s.name, op.terms, op.constant, words, circuit_.ranges(), s.range, circuit_.name);
  }
  if (op.terms.size() == 2) {
    const bool swap =
        op.terms[1].shift < op.terms[0].shift || (op.terms[1].shift == op.terms[0].shift && op.terms[0].negative);
    return two_terms(id, op.terms[swap ? 1 : 0], op.terms[swap ? 0 : 1]);
  }
  const Term& t = op.terms[0];
  const std::string x = bits_text(of(t), -t.shift, width), c = constant_text(op.constant, width);
  if (op.constant == 0) return fmt::format("assign {} = {}{};", s.name, t.negative ? "-" : "", x);
  return t.negative ? fmt::format("assign {} = {} - {};", s.name, c, x)
                    : fmt::format("assign {} = {} + {};", s.name, x, c);
}

/// The bits below the higher term's lowest are those of the lower one, and need no adder.
std::string ModuleWriter::two_terms(SignalId id, const Term& low, const Term& high) {
  const Signal& s = circuit_[id];
  const int stage = schedule_.stages[id], width = s.width(), free = low.negative ? 0 : std::min(high.shift, width);
  const Word a = word(low.value, stage), b = word(high.value, stage);
  if (free == width) return fmt::format("assign {} = {};", s.name, bits_text(a, -low.shift, width));
  const std::string x = bits_text(a, free - low.shift, width - free), y = bits_text(b, free - high.shift, width - free);
  std::string sum = fmt::format("{} + {}", x, y);
  if (high.negative) sum = fmt::format("{} - {}", x, y);
  if (low.negative) sum = high.negative ? fmt::format("-{} - {}", x, y) : fmt::format("{} - {}", y, x);
  if (free == 0) return fmt::format("assign {} = {};", s.name, sum);
  return fmt::format("  wire {0}{1}_t = {2};\n  assign {1} = {{{1}_t, {3}}};\n", span_text(width - free), s.name, sum,
                     bits_text(a, -low.shift, free));
}

std::string ModuleWriter::outside_text(const Word& word, const Range& range) const {
  const int low = width_of(range) - (range.lo < 0 ? 1 : 0);
  const std::string top = bits_text(word, low, word.width - low);
  return range.lo < 0 ? fmt::format("!(&{0}) & (|{0})", top) : fmt::format("|{}", top);
}

std::string ModuleWriter::clamp_text(SignalId id, const Clamp& op) {
  const Signal& s = circuit_[id];
  const Word x = word(op.of, schedule_.stages[id]);
  const Range from = circuit_[op.of].range;
  const int width = s.width();
  std::string text = bits_text(x, 0, width);
  const std::string sign = x.is_signed ? bit_text(x, x.width - 1) : "1'b0";
  if (from.hi > op.hi) {
    const auto k = ones(op.hi);
    const int above = x.width - (x.is_signed ? 1 : 0) - k.value_or(0);
    const std::string over = k && above > 0 ? fmt::format("(|{})", bits_text(x, *k, above))
                             : x.is_signed
                                 ? fmt::format("$signed({}) > $signed({})", x.name, constant_text(op.hi, x.width))
                                 : fmt::format("{} > {}", x.name, constant_text(op.hi, x.width));
    const std::string positive = k && above > 0 && x.is_signed ? fmt::format("!{} & {}", sign, over) : over;
    text = fmt::format("({}) ? {} : {}", positive, constant_text(op.hi, width), text);
  }
  if (from.lo < op.lo) {
    const auto k = ones(-op.lo - 1);
    const int above = x.width - 1 - k.value_or(0);
    const std::string under = op.lo == 0 ? sign
                              : k && above > 0
                                  ? fmt::format("({} & !(&{}))", sign, bits_text(x, *k, above))
                                  : fmt::format("$signed({}) < $signed({})", x.name, constant_text(op.lo, x.width));
    text = fmt::format("({}) ? {} : {}", under, constant_text(op.lo, width), text);
  }
  return text;
}

}  // namespace trigloop::deploy
