#pragma once
// Which events the rest of the trigger took: stored bits where an input has them, else a menu evaluated on its objects.
#include <cstdint>
#include <string>
#include <vector>

#include "io/source.hpp"
#include "menu/bind.hpp"

namespace trigloop::evaluate {

/// 1 for each entry in which some seed fired. Errors: those of the reader and of menu::Evaluator; interrupted.
std::vector<std::uint8_t> fired_entries(const menu::Binding& binding, const io::Source& source, unsigned threads);

/// Binds to the package's arrays if the source has them (`set`: the name of a signal's array; "": zero bias), else to
/// the columns of a scouting file. Seeds that the input cannot answer are left out, with a warning each. Errors: those
/// of menu::bind.
menu::Binding bind_menu(const menu::Menu& menu, const io::Source& source, const std::string& set);

}  // namespace trigloop::evaluate
