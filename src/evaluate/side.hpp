#pragma once
// What stands beside the objects of a batch, as numbers.
#include <algorithm>
#include <cstring>
#include <vector>

#include "curate/batch.hpp"

namespace trigloop::evaluate {

inline std::size_t index(curate::Side side) noexcept { return static_cast<std::size_t>(side); }

/// Calls use(event, value) with the first number that each event has of `side`, which must be there.
template <class Use>
void each_value(const curate::Batch& batch, curate::Side side, const curate::SideTypes& types, const Use& use) {
  const curate::SideType& type = *types[index(side)];
  const std::byte* bytes = batch.sides[index(side)].data();
  event::visit(type.type, [&](auto zero) {
    for (std::size_t e = 0; e < batch.events; ++e) {
      decltype(zero) value;
      std::memcpy(&value, bytes + e * type.bytes(), sizeof(value));
      use(e, value);
    }
  });
}

}  // namespace trigloop::evaluate
