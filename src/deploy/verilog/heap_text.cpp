#include "deploy/verilog/heap_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <deque>

#include "deploy/verilog/table_text.hpp"

namespace trigloop::deploy {
namespace {

class HeapWriter {
 public:
  HeapWriter(std::string name, std::string modules) : name_(std::move(name)), modules_(std::move(modules)) {}

  void fill(const Heap& heap, std::span<const Term> terms, std::span<const Word> words) {
    lowest_ = heap.lowest;
    columns_.resize(heap.heights.size());
    for (std::size_t c = 0; c < columns_.size(); ++c) {
      if ((heap.constant >> c & 1) != 0) columns_[c].push_back("1'b1");
    }
    for (std::size_t t = 0; t < terms.size(); ++t) {
      const Word& word = words[t];
      const auto at = static_cast<std::size_t>(terms[t].shift - heap.lowest);
      for (int k = 0; k < word.width && at + static_cast<std::size_t>(k) < columns_.size(); ++k) {
        const bool is_sign = word.is_signed && k == word.width - 1;
        columns_[at + static_cast<std::size_t>(k)].push_back((terms[t].negative != is_sign ? "~" : "") +
                                                             bit_text(word, k));
      }
    }
  }

  std::string write(const HeapPlan& plan) {
    for (const auto& level : plan.levels) write_level(level);
    for (const RowAdder& adder : plan.adders) write_adder(adder);
    finish(plan);
    return std::move(text_);
  }

 private:
  using Bits = std::vector<std::string>;

  std::string take(std::size_t column) {
    std::string bit = std::move(columns_[column].front());
    columns_[column].pop_front();
    return bit;
  }
  Bits take(std::size_t column, int count) {
    Bits bits;
    for (int k = 0; k < count; ++k) bits.push_back(take(column));
    return bits;
  }

  void write_level(const std::vector<Counter>& level) {
    std::vector<std::pair<std::size_t, std::string>> counts;
    for (const Counter& counter : level) {
      const auto c = static_cast<std::size_t>(counter.column);
      Bits bits = take(c, counter.takes_next ? 5 : 6);
      if (counter.takes_next) bits.insert(bits.begin(), take(c + 1));
      const std::string count = fmt::format("{}_n{}", name_, counters_++);
      text_ += fmt::format("  wire [2:0] {}; {}_{} u_{} ({{{}}}, {});\n", count, modules_,
                           counter.takes_next ? "ones15" : "ones6", count, fmt::join(bits, ", "), count);
      for (std::size_t k = 0; k < 3 && c + k < columns_.size(); ++k) {
        counts.emplace_back(c + k, fmt::format("{}[{}]", count, k));
      }
    }
    for (auto& [column, bit] : counts) columns_[column].push_back(std::move(bit));
  }

  /// One bit of each column, or 0: the highest first, as Verilog writes them.
  std::string row(std::size_t first, std::size_t last) {
    Bits bits;
    for (std::size_t c = last + 1; c-- > first;) bits.push_back(columns_[c].empty() ? "1'b0" : take(c));
    return fmt::format("{{{}}}", fmt::join(bits, ", "));
  }

  void write_adder(const RowAdder& adder) {
    const auto first = static_cast<std::size_t>(adder.first), last = static_cast<std::size_t>(adder.last);
    const std::string sum = fmt::format("{}_s{}", name_, adders_++);
    const std::string a = row(first, last), b = row(first, last);
    const int width = adder.last - adder.first + 2;
    text_ += fmt::format("  wire {}{} = {{1'b0, {}}} + {{1'b0, {}}};\n", span_text(width), sum, a, b);
    for (int k = 0; k < width && first + static_cast<std::size_t>(k) < columns_.size(); ++k) {
      columns_[first + static_cast<std::size_t>(k)].push_back(fmt::format("{}[{}]", sum, k));
    }
  }

  void finish(const HeapPlan& plan) {
    const std::size_t top = columns_.size() - 1, lowest = static_cast<std::size_t>(plan.lowest);
    std::string low;
    if (lowest > 0) low = row(0, std::min(lowest, columns_.size()) - 1);
    if (lowest_ > 0) low += fmt::format("{}{}'d0", low.empty() ? "" : ", ", lowest_);
    std::string high;
    if (lowest <= top) {
      const std::string span = span_text(static_cast<int>(columns_.size() - lowest));
      const std::string a = row(lowest, top), b = row(lowest, top);
      if (plan.rows == 3) {
        // Carry-save: three rows become their sums and their carries, within the tables of the adder.
        text_ += fmt::format("  wire {0}{1}_a = {2};\n  wire {0}{1}_b = {3};\n  wire {0}{1}_c = {4};\n", span, name_, a,
                             b, row(lowest, top));
        text_ += fmt::format("  wire {0}{1}_k = ({1}_a & {1}_b) | ({1}_c & ({1}_a | {1}_b));\n", span, name_);
        const std::string carries = columns_.size() - lowest == 1
                                        ? "1'b0"
                                        : fmt::format("{{{}_k[{}:0], 1'b0}}", name_, columns_.size() - lowest - 2);
        text_ += fmt::format("  wire {0}{1}_t = {2} + ({1}_a ^ {1}_b ^ {1}_c);\n", span, name_, carries);
      } else {
        text_ += fmt::format("  wire {}{}_t = {} + {};\n", span, name_, a, b);
      }
      high = name_ + "_t";
    }
    text_ += fmt::format("  assign {} = {{{}{}{}}};\n", name_, high, high.empty() || low.empty() ? "" : ", ", low);
  }

  std::string name_, modules_, text_;
  std::vector<std::deque<std::string>> columns_;
  int lowest_ = 0, counters_ = 0, adders_ = 0;
};

}  // namespace

std::string heap_text(const std::string& name, std::span<const Term> terms, Code constant, std::span<const Word> words,
                      std::span<const Range> ranges, const Range& sum, const std::string& modules) {
  const Heap heap = heap_of(terms, constant, ranges, sum);
  HeapWriter writer(name, modules);
  writer.fill(heap, terms, words);
  return writer.write(plan_heap(heap.heights));
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
