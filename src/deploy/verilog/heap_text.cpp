#include "deploy/verilog/heap_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>

#include "deploy/verilog/heap_walk.hpp"
#include "deploy/verilog/table_text.hpp"

namespace trigloop::deploy {
namespace {

using Bits = std::vector<std::string>;

/// "{high, ..., low}".
std::string joined(const Bits& bits) { return fmt::format("{{{}}}", fmt::join(bits.rbegin(), bits.rend(), ", ")); }

/// Bits by their names, and the statements that make them.
class HeapText {
 public:
  using Bit = std::string;

  HeapText(std::string name, std::string modules, std::span<const Word> words)
      : name_(std::move(name)), modules_(std::move(modules)), words_(words) {}

  const std::string& statements() const noexcept { return text_; }

  Bit zero() const { return "1'b0"; }
  Bit one() const { return "1'b1"; }
  Bit bit(std::size_t term, int k, bool inverted) const { return (inverted ? "~" : "") + bit_text(words_[term], k); }

  std::array<Bit, 3> count(const Counter& counter, Bits bits) {
    // The highest input is the first in Verilog: that of the next column; the others are alike.
    if (counter.takes_next) std::ranges::rotate(bits, bits.end() - 1);
    const std::string count = fmt::format("{}_n{}", name_, counters_++);
    text_ += fmt::format("  wire [2:0] {}; {}_{} u_{} ({{{}}}, {});\n", count, modules_,
                         counter.takes_next ? "ones15" : "ones6", count, fmt::join(bits, ", "), count);
    return {count + "[0]", count + "[1]", count + "[2]"};
  }

  Bits add(const Bits& a, const Bits& b) {
    const Word sum{fmt::format("{}_s{}", name_, adders_++), static_cast<int>(a.size()) + 1};
    text_ += fmt::format("  wire {}{} = {{1'b0, {}}} + {{1'b0, {}}};\n", span_text(sum.width), sum.name, joined(a),
                         joined(b));
    return bits_of(sum);
  }

  Bits total(const Bits& a, const Bits& b) {
    const Word sum{name_ + "_t", static_cast<int>(a.size())};
    text_ += fmt::format("  wire {}{} = {} + {};\n", span_text(sum.width), sum.name, joined(a), joined(b));
    return bits_of(sum);
  }

  /// Carry-save: three rows become their sums and their carries, within the tables of the adder.
  Bits total(const Bits& a, const Bits& b, const Bits& c) {
    const Word sum{name_ + "_t", static_cast<int>(a.size())};
    const std::string span = span_text(sum.width);
    text_ += fmt::format("  wire {0}{1}_a = {2};\n  wire {0}{1}_b = {3};\n  wire {0}{1}_c = {4};\n", span, name_,
                         joined(a), joined(b), joined(c));
    text_ += fmt::format("  wire {0}{1}_k = ({1}_a & {1}_b) | ({1}_c & ({1}_a | {1}_b));\n", span, name_);
    const std::string carries = sum.width == 1 ? "1'b0" : fmt::format("{{{}_k[{}:0], 1'b0}}", name_, sum.width - 2);
    text_ += fmt::format("  wire {0}{1}_t = {2} + ({1}_a ^ {1}_b ^ {1}_c);\n", span, name_, carries);
    return bits_of(sum);
  }

 private:
  static Bits bits_of(const Word& word) {
    Bits bits;
    for (int k = 0; k < word.width; ++k) bits.push_back(bit_text(word, k));
    return bits;
  }

  std::string name_, modules_, text_;
  std::span<const Word> words_;
  int counters_ = 0, adders_ = 0;
};

}  // namespace

std::string heap_text(const std::string& name, std::span<const Term> terms, Code constant, std::span<const Word> words,
                      std::span<const Range> ranges, const Range& sum, const std::string& modules) {
  const Heap heap = heap_of(terms, constant, ranges, sum);
  const HeapPlan plan = plan_heap(heap.heights);
  HeapText text(name, modules, words);
  const Bits bits = HeapWalk<HeapText>(text, heap, terms, ranges).run(plan);
  // The last adder's bits are a word; those below it are bits of the heap, and zeros.
  const auto low = std::min(bits.size(), static_cast<std::size_t>(plan.lowest));
  std::vector<std::string> parts;
  if (low < bits.size()) parts.push_back(name + "_t");
  if (low > 0) parts.push_back(joined({bits.begin(), bits.begin() + static_cast<std::ptrdiff_t>(low)}));
  if (heap.lowest > 0) parts.push_back(fmt::format("{}'d0", heap.lowest));
  return text.statements() + fmt::format("  assign {} = {{{}}};\n", name, fmt::join(parts, ", "));
}

std::string counter_modules(const std::string& modules) {
  // Written as tables, not as gates: mapping then finds the three tables of six inputs, where gates let it choose more
  // and smaller ones.
  Table ones6{{}, {}}, ones15{{}, {}};
  for (unsigned x = 0; x < 64; ++x) {
    ones6.values.push_back(std::popcount(x));
    ones15.values.push_back(std::popcount(x & 31) + 2 * static_cast<int>(x >> 5));
  }
  return "// Small modules, each too short for a file of its own.\n/* verilator lint_off DECLFILENAME */\n"
         "\n// How many of six bits are 1.\n" +
         table_module(modules + "_ones6", ones6, 6, 3) + "\n// x[0] + ... + x[4] + 2 x[5].\n" +
         table_module(modules + "_ones15", ones15, 6, 3);
}

}  // namespace trigloop::deploy
