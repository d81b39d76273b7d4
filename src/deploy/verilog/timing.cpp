#include "deploy/verilog/timing.hpp"

#include <algorithm>
#include <array>
#include <span>

#include "deploy/verilog/heap_walk.hpp"

namespace trigloop::deploy {
namespace {

using Times = std::vector<double>;

double latest(const Times& times) { return times.empty() ? 0 : std::ranges::max(times); }

/// Bits of a sum's heap by the times at which they are there.
class HeapTimes {
 public:
  using Bit = double;

  HeapTimes(std::span<const Term> terms, const DelayModel& model, const BitTime& operand)
      : terms_(terms), model_(model), operand_(operand) {}

  Bit zero() const { return 0; }
  Bit one() const { return 0; }
  Bit bit(std::size_t term, int k, bool) const { return operand_(terms_[term].value, k); }
  std::array<Bit, 3> count(const Counter&, const Times& bits) const {
    const double done = latest(bits) + model_.table;
    return {done, done, done};
  }
  Times add(const Times& a, const Times& b) const {
    Times sum = total(a, b);
    sum.push_back(sum.back());
    return sum;
  }
  Times total(const Times& a, const Times& b) const { return chain(later(a, b), model_); }
  Times total(const Times& a, const Times& b, const Times& c) const {
    Times columns = later(later(a, b), c);
    // The carries of carry-save come from the column below, within the same table.
    for (std::size_t k = columns.size(); k-- > 1;) columns[k] = std::max(columns[k], columns[k - 1]);
    return chain(columns, model_);
  }

  /// A carry chain over columns whose bits are there at these times. Two bits or less are tables.
  static Times chain(Times columns, const DelayModel& model) {
    if (columns.size() < 3) return Times(columns.size(), latest(columns) + model.table);
    double carried = 0;
    for (std::size_t k = 0; k < columns.size(); ++k) {
      if (k > 0 && k % 4 == 0) carried += model.carry;
      carried = std::max(carried, columns[k] + model.table + model.chain);
      columns[k] = carried;
    }
    return columns;
  }

 private:
  static Times later(Times a, const Times& b) {
    for (std::size_t k = 0; k < a.size(); ++k) a[k] = std::max(a[k], b[k]);
    return a;
  }

  std::span<const Term> terms_;
  const DelayModel& model_;
  const BitTime& operand_;
};

struct Arrivals {
  const Circuit& circuit;
  const Signal& signal;
  const DelayModel& model;
  const BitTime& operand;

  int width() const { return signal.width(); }
  Times everywhere(double time) const { return Times(static_cast<std::size_t>(width()), time); }
  /// Bit k of a signal, beyond its top the highest, below it a constant.
  double bit(SignalId id, int k) const { return k < 0 ? 0 : operand(id, std::min(k, circuit[id].width() - 1)); }
  Times bits(SignalId id, int lowest, int count) const {
    Times times;
    for (int k = 0; k < count; ++k) times.push_back(bit(id, lowest + k));
    return times;
  }
  /// One bit of `count` by a tree of tables, the last of which reads `free` bits more.
  double tree(double start, int count, int free = 0) const {
    for (; count + free > 6; count = (count + 5) / 6) start += model.table;
    return start + (count > 0 || free > 0 ? model.table : 0);
  }

  Times operator()(const InputBits&) const { return everywhere(0); }
  Times operator()(const Field& op) const { return bits(op.of, op.lowest, width()); }
  Times operator()(const SumOf& op) const {
    const std::span<const Term> terms = op.terms;
    if (terms.empty()) return everywhere(0);
    if (terms.size() == 1 && op.constant == 0 && !terms[0].negative)
      return bits(terms[0].value, -terms[0].shift, width());
    if (terms.size() == 1 || (terms.size() == 2 && op.constant == 0)) return two_rows(op);
    const Heap heap = heap_of(terms, op.constant, circuit.ranges(), signal.range);
    HeapTimes walk(terms, model, operand);
    Times times = HeapWalk<HeapTimes>(walk, heap, terms, circuit.ranges()).run(plan_heap(heap.heights));
    times.insert(times.begin(), static_cast<std::size_t>(heap.lowest), 0);
    times.resize(static_cast<std::size_t>(width()), latest(times));
    return times;
  }
  /// Two numbers, or one and a constant; bits below the higher one's are the lower one's, if that is not subtracted.
  Times two_rows(const SumOf& op) const {
    Times low = bits(op.terms[0].value, -op.terms[0].shift, width());
    if (op.terms.size() == 1) return HeapTimes::chain(std::move(low), model);
    Times high = bits(op.terms[1].value, -op.terms[1].shift, width());
    const bool swap = op.terms[1].shift < op.terms[0].shift;
    if (swap) std::swap(low, high);
    const Term &lower = op.terms[swap ? 1 : 0], &higher = op.terms[swap ? 0 : 1];
    const auto free = lower.negative ? 0 : std::min(higher.shift, width());
    Times columns;
    for (std::size_t k = static_cast<std::size_t>(free); k < low.size(); ++k)
      columns.push_back(std::max(low[k], high[k]));
    const Times sums = HeapTimes::chain(std::move(columns), model);
    std::ranges::copy(sums, low.begin() + free);
    return low;
  }
  Times operator()(const RoundEven& op) const {
    Times times = bits(op.of, op.shift, width());
    times[0] = std::max(times[0] + model.table, tree(latest(bits(op.of, 0, op.shift)), op.shift, 1));
    return times;
  }
  /// The bits above the word, its sign among them, choose between it and a limit.
  Times operator()(const Clamp& op) const {
    const int above = circuit[op.of].width() - width();
    const double beyond = latest(bits(op.of, width() - 1, above + 1));
    Times times = bits(op.of, 0, width());
    for (double& time : times) time = std::max(time + model.table, tree(beyond, above + 1, 1));
    return times;
  }
  Times operator()(const Table& op) const {
    double last = 0;
    for (const Field& f : op.fields) last = std::max(last, latest(bits(f.of, f.lowest, f.width)));
    return everywhere(last + model.table);
  }
  Times operator()(const Outside& op) const {
    const int lowest = width_of(op.range) - (is_signed(op.range) ? 1 : 0), count = circuit[op.of].width() - lowest;
    return everywhere(tree(latest(bits(op.of, lowest, count)), count));
  }
  Times operator()(const AnyOf& op) const {
    double last = 0;
    for (const SignalId id : op.of) last = std::max(last, bit(id, 0));
    return everywhere(tree(last, static_cast<int>(op.of.size())));
  }
  Times operator()(const ForcedTo& op) const {
    Times times = bits(op.of, 0, width());
    for (double& time : times) time = std::max(time, bit(op.flag, 0)) + model.table;
    return times;
  }
  /// A comparison is a subtraction whose last carry alone is read, two bits a table.
  Times operator()(const AtLeast& op) const {
    Times columns;
    for (int k = 0; k < circuit[op.of].width(); k += 2) columns.push_back(std::max(bit(op.of, k), bit(op.of, k + 1)));
    return everywhere(HeapTimes::chain(std::move(columns), model).back());
  }
};

}  // namespace

std::vector<double> arrivals(const Circuit& circuit, SignalId id, const DelayModel& model, const BitTime& operand) {
  return std::visit(Arrivals{circuit, circuit[id], model, operand}, circuit[id].logic);
}

}  // namespace trigloop::deploy
