#pragma once
// trigloop menu rates.
#include <string>
#include <vector>

#include "event/layout.hpp"
#include "io/source.hpp"
#include "menu/bind.hpp"

namespace trigloop::app {

/// How the columns of an input are to be understood.
struct MenuInput {
  std::string layout = event::cms_l1_scouting;
  menu::DenseNames dense;
  bool drop_unfit = false;
};

/// Binds to the dense array, if the input has it, else by the layout.
menu::Binding bind_menu(const menu::Menu& menu, const io::Source& source, const MenuInput& input);

struct RatesOptions {
  std::vector<std::string> inputs;
  std::string menu = menu::cms_run3, csv;
  MenuInput input;
  unsigned bunches = 2544, threads = 0;
  bool overlap = false, json = false, all = false, quiet = false;
};

void show_rates(const RatesOptions& options);

}  // namespace trigloop::app
