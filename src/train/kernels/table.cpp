#include "train/kernels/table.hpp"

#include <cmath>

namespace trigloop::train {

std::shared_ptr<const Codes> codes_of(const Table& table, float step) {
  auto codes = std::make_shared<Codes>();
  codes->features = table.features;
  codes->events = table.events;
  codes->step = step;
  codes->rows.resize_discard(table.rows.size());
  for (std::size_t k = 0; k < table.rows.size(); ++k) {
    const float code = table.rows[k] / step;
    if (!(code >= -128 && code <= 127) || code != std::floor(code)) return nullptr;
    codes->rows[k] = static_cast<std::int8_t>(code);
  }
  return codes;
}

}  // namespace trigloop::train
