#pragma once
// The files of the dashboard's page, put into the program at build time: it works from one file, without a network.
#include <string_view>

namespace trigloop::serve {

std::string_view dashboard_html();
std::string_view dashboard_script();
std::string_view dashboard_style();

}  // namespace trigloop::serve
