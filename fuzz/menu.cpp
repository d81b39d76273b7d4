// Any text as a menu: a menu or an Error, nothing else; a menu can be named, screened and asked.
#include "menu/menu.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/error.hpp"
#include "menu/question.hpp"
#include "menu/requirement.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace trigloop;
  try {
    const menu::Menu menu = menu::parse_menu({reinterpret_cast<const char*>(data), size}, "fuzz");
    if (menu.id().size() != 32) __builtin_trap();
    for (const menu::Seed& seed : menu.seeds) {
      if (seed.alternatives.size() > menu::max_alternatives || seed.prescale >= 1u << 24) __builtin_trap();
    }
    const menu::Filters filters(menu);
    menu::alternatives_of(menu, filters, menu::Wanted::every_seed);
    menu::alternatives_of(menu, filters, menu::Wanted::any_seed);
    const std::array<menu::ObjectColumns, menu::kinds> none;
    const menu::Questioner questioner(menu, none);
  } catch (const core::Error&) {
  }
  return 0;
}
