#include "curate/batch.hpp"

#include <cstring>

namespace trigloop::curate {

void Batch::append(const Batch& more) {
  const auto join = [](auto& buffer, const auto& other) {
    const std::size_t at = buffer.size();
    buffer.resize(at + other.size());
    if (other.size() > 0) std::memcpy(buffer.data() + at, other.data(), other.size() * sizeof(*other.data()));
  };
  join(values, more.values);
  for (std::size_t side = 0; side < side_count; ++side) join(sides[side], more.sides[side]);
  events += more.events;
  content += more.content;
}

}  // namespace trigloop::curate
