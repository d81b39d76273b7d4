#include "event/type.hpp"

namespace trigloop::event {

std::string_view name_of(Type type) noexcept {
  static constexpr std::string_view names[] = {"bool",   "int8",  "uint8",  "int16",   "uint16", "int32",
                                               "uint32", "int64", "uint64", "float32", "float64"};
  return names[static_cast<std::size_t>(type)];
}

}  // namespace trigloop::event
