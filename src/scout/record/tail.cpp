#include "scout/record/tail.hpp"

#include <algorithm>
#include <tuple>

namespace trigloop::scout {

bool better(const TailEvent& a, const TailEvent& b) noexcept {
  return std::tie(b.code, a.orbit, a.crossing) < std::tie(a.code, b.orbit, b.crossing);
}

std::int64_t Tail::entry_code() const noexcept {
  if (rule_.count == 0) return INT64_MAX;
  return heap_.size() < rule_.count ? rule_.threshold : std::max(rule_.threshold, heap_.front().code);
}

void Tail::offer(TailEvent event) {
  if (event.code < entry_code()) return;
  if (heap_.size() == rule_.count) {
    if (!better(event, heap_.front())) return;
    std::pop_heap(heap_.begin(), heap_.end(), better);
    heap_.back() = std::move(event);
  } else {
    heap_.push_back(std::move(event));
  }
  std::push_heap(heap_.begin(), heap_.end(), better);
}

void Tail::join(const Tail& other) {
  for (const TailEvent& event : other.heap_) offer(event);
}

std::vector<TailEvent> Tail::sorted() const {
  std::vector<TailEvent> events = heap_;
  std::sort(events.begin(), events.end(), better);
  return events;
}

bool Tail::operator==(const Tail& other) const { return rule_ == other.rule_ && sorted() == other.sorted(); }

}  // namespace trigloop::scout
