#include "train/engine/arena.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

namespace trigloop::train {

void Use::touch(std::size_t pass, std::size_t operation) {
  if (spans_.empty() || spans_.back().pass != pass) spans_.push_back({pass, operation, operation});
  spans_.back().last = operation;
}

bool Use::overlaps(const Use& other) const {
  for (const Span& a : spans_)
    for (const Span& b : other.spans_)
      if (a.pass == b.pass && a.first <= b.last && b.first <= a.last) return true;
  return false;
}

Use Use::lasting() const {
  Use use;
  if (spans_.empty()) return use;
  const Span &begin = spans_.front(), &end = spans_.back();
  for (std::size_t pass = begin.pass; pass <= end.pass; ++pass) {
    const std::size_t last = pass == end.pass ? end.last : std::numeric_limits<std::size_t>::max();
    use.spans_.push_back({pass, pass == begin.pass ? begin.first : 0, last});
  }
  return use;
}

std::size_t Arena::add(std::size_t floats, Use use) {
  things_.push_back({floats, std::move(use)});
  return things_.size() - 1;
}

std::size_t Arena::arrange() {
  std::vector<std::size_t> order(things_.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) { return things_[a].floats > things_[b].floats; });
  std::size_t size = 0;
  std::vector<const Thing*> placed;  // by offset
  for (const std::size_t k : order) {
    Thing& thing = things_[k];
    thing.offset = 0;
    for (const Thing* other : placed) {
      if (!thing.use.overlaps(other->use) || other->offset + other->floats <= thing.offset) continue;
      if (other->offset >= thing.offset + thing.floats) break;
      thing.offset = other->offset + other->floats;
    }
    size = std::max(size, thing.offset + thing.floats);
    placed.insert(std::ranges::upper_bound(placed, thing.offset, {}, [](const Thing* t) { return t->offset; }), &thing);
  }
  return size;
}

}  // namespace trigloop::train
