#pragma once
// Sums of many terms as bit heaps: what adds the bits of each column, before it is written down.
//
// A sum of n numbers needs no chain of n - 1 adders: its bits are a heap, sorted by weight, and any small function may
// take some bits of a column and give back their count. A look-up table has 6 inputs, so the best counters are (6;3),
// six bits of a column as a number of three, and (1,5;3), five bits and one of the next column: 3 tables remove 3 bits,
// where an adder of two numbers spends a table and a quarter of a carry cell on each. What remains, at most four bits
// high, goes through carry chains. The idea is that of FloPoCo's bit heaps (Brunie et al., FPL 2013).
#include <vector>

namespace trigloop::deploy {

/// What takes bits of `column`: (6;3), or (1,5;3) with one bit of the next column.
struct Counter {
  int column = 0;
  bool takes_next = false;
};

/// Two bits of each column from first to last are added by a carry chain; the sum has one bit more.
struct RowAdder {
  int first = 0, last = 0;
};

struct HeapPlan {
  std::vector<std::vector<Counter>> levels;  ///< counters of a level take only bits that were there before it
  std::vector<RowAdder> adders;              ///< then these, one after the other
  int rows = 0;                              ///< that remain: 1 (no adder), 2, or 3 (a carry-save step before it)
  int lowest = 0;                            ///< first column of the last adder
  int tables = 0, carries = 0;               ///< look-up tables, and carry cells of four bits

  int cells() const noexcept { return tables + carries; }
};

/// heights[c]: bits of weight 2^c. The sum is taken modulo 2^(columns).
HeapPlan plan_heap(std::vector<int> heights);

}  // namespace trigloop::deploy
