#pragma once
// Which questions another one answers: whatever passes the strong one passes the weak one. "No" may mean that it was
// not found out.
#include <cstdint>
#include <vector>

#include "menu/menu.hpp"

namespace trigloop::menu {

bool implies(const Leg& strong, const Leg& weak);
/// Different legs of the strong one do for the legs of the weak one, and it says as much about them.
bool implies(const Combination& strong, const Combination& weak);
/// Of alternatives of seeds, numbers of the menu's combinations.
bool implies(const Menu& menu, const std::vector<std::uint32_t>& strong, const std::vector<std::uint32_t>& weak);

}  // namespace trigloop::menu
