#include "deploy/verilog/circuit.hpp"

#include <algorithm>
#include <cassert>
#include <cctype>

namespace trigloop::deploy {
namespace {

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};

Range word(int width, bool is_signed) {
  const Code size = Code{1} << width;
  return is_signed ? Range{-(size >> 1), (size >> 1) - 1} : Range{0, size - 1};
}

Code wrapped(Code code, int width, bool is_signed) {
  const Code low = code & ((Code{1} << width) - 1);
  return is_signed && (low >> (width - 1) & 1) != 0 ? low - (Code{1} << width) : low;
}

Range range_of(const Field& field, const Range& of) {
  const Range shifted{of.lo >> field.lowest, of.hi >> field.lowest}, all = word(field.width, field.is_signed);
  return shifted.lo >= all.lo && shifted.hi <= all.hi ? shifted : all;
}

Range derive(const Logic& logic, std::span<const Range> ranges) {
  return std::visit(
      Overloaded{
          [](const InputBits&) { return Range{}; },
          [&](const SumOf& op) { return range_of(op.terms, op.constant, ranges); },
          [&](const Field& op) { return range_of(op, ranges[op.of]); },
          [&](const RoundEven& op) {
            // Only ties are changed, and downwards: to the even number below an odd one.
            const Range r{ranges[op.of].lo >> op.shift, ranges[op.of].hi >> op.shift};
            return Range{r.lo - (r.lo & 1), r.hi};
          },
          [&](const Clamp& op) {
            return Range{std::clamp(ranges[op.of].lo, op.lo, op.hi), std::clamp(ranges[op.of].hi, op.lo, op.hi)};
          },
          [](const Table& op) {
            return Range{std::ranges::min(op.values), std::ranges::max(op.values)};
          },
          [](const Outside&) {
            return Range{0, 1};
          },
          [](const AnyOf&) {
            return Range{0, 1};
          },
          [&](const ForcedTo& op) {
            return Range{std::min(ranges[op.of].lo, op.value), std::max(ranges[op.of].hi, op.value)};
          },
          [&](const AtLeast& op) {
            return Range{ranges[op.of].lo >= op.limit ? 1 : 0, ranges[op.of].hi >= op.limit ? 1 : 0};
          },
      },
      logic);
}

/// Whatever Verilog's grammar takes as a name.
std::string identifier(std::string_view text) {
  std::string name;
  for (const char c : text) name += std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
  if (name.empty() || std::isdigit(static_cast<unsigned char>(name.front())) != 0) name = "layer_" + name;
  return name;
}

}  // namespace

void Circuit::begin_layer(std::string layer, std::string operation) {
  std::string unique = identifier(layer);
  const auto used = [&](const std::string& n) {
    return n == name || std::ranges::find(layers_, n, &CircuitLayer::name) != layers_.end();
  };
  while (used(unique)) unique += "_";
  layers_.push_back({unique, std::move(operation)});
}

SignalId Circuit::add(Logic logic, const std::string& role) {
  const Range range = derive(logic, ranges_);
  return add(std::move(logic), role, range);
}

SignalId Circuit::add(Logic logic, const std::string& role, const Range& range) {
  assert(!layers_.empty());
  const auto id = static_cast<SignalId>(signals_.size());
  signals_.push_back({std::move(logic), range, layers_.size() - 1, role + "_" + std::to_string(id)});
  ranges_.push_back(range);
  return id;
}

std::vector<SignalId> operands_of(const Logic& logic) {
  std::vector<SignalId> ids;
  std::visit(Overloaded{
                 [](const InputBits&) {},
                 [&](const SumOf& op) {
                   for (const Term& t : op.terms) ids.push_back(t.value);
                 },
                 [&](const Table& op) {
                   for (const Field& f : op.fields) ids.push_back(f.of);
                 },
                 [&](const AnyOf& op) { ids = op.of; },
                 [&](const ForcedTo& op) {
                   ids = {op.of, op.flag};
                 },
                 [&](const auto& op) { ids = {op.of}; },
             },
             logic);
  return ids;
}

std::vector<Code> evaluate(const Circuit& circuit, std::span<const std::int64_t> event) {
  std::vector<Code> values;
  const auto field = [&](const Field& f) { return wrapped(values[f.of] >> f.lowest, f.width, f.is_signed); };
  for (const Signal& signal : circuit.signals()) {
    values.push_back(std::visit(
        Overloaded{
            [&](const InputBits& op) { return Code{event[op.index]}; },
            [&](const SumOf& op) {
              Code sum = op.constant;
              for (const Term& t : op.terms) sum += (values[t.value] << t.shift) * (t.negative ? -1 : 1);
              return sum;
            },
            [&](const Field& op) { return field(op); },
            [&](const RoundEven& op) {
              const Code x = values[op.of], shifted = x >> op.shift;
              return (x & ((Code{1} << op.shift) - 1)) == 0 ? shifted - (shifted & 1) : shifted;
            },
            [&](const Clamp& op) { return std::clamp(values[op.of], op.lo, op.hi); },
            [&](const Table& op) {
              std::size_t at = 0;
              int bits = 0;
              for (const Field& f : op.fields) {
                at |= static_cast<std::size_t>(wrapped(field(f), f.width, false)) << bits;
                bits += f.width;
              }
              return op.values[at];
            },
            [&](const Outside& op) { return Code{values[op.of] < op.range.lo || values[op.of] > op.range.hi ? 1 : 0}; },
            [&](const AnyOf& op) {
              return Code{std::ranges::any_of(op.of, [&](SignalId id) { return values[id] != 0; }) ? 1 : 0};
            },
            [&](const ForcedTo& op) { return values[op.flag] != 0 ? op.value : values[op.of]; },
            [&](const AtLeast& op) { return Code{values[op.of] >= op.limit ? 1 : 0}; },
        },
        signal.logic));
    assert(signal.range.lo <= values.back() && values.back() <= signal.range.hi);
  }
  return values;
}

}  // namespace trigloop::deploy
