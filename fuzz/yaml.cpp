// Any text as a layout: a layout or an Error, nothing else.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/error.hpp"
#include "event/layout.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const auto layout = trigloop::event::parse_layout({reinterpret_cast<const char*>(data), size}, "fuzz");
    if (layout.feature_names().size() != layout.features()) __builtin_trap();
  } catch (const trigloop::core::Error&) {
  }
  return 0;
}
