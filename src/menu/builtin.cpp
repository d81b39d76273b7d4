// The menus that need no file. Text, not code: what `trigloop menu show` prints is what is used.
#include <algorithm>
#include <array>
#include <filesystem>
#include <utility>

#include "core/error.hpp"
#include "core/text.hpp"
#include "menu/menu.hpp"

namespace trigloop::menu {
namespace {

constexpr std::pair<std::string_view, std::string_view> texts[] = {
#include "builtin_texts.inc"
};

}  // namespace

const std::vector<std::string>& builtin_menu_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const auto& [name, text] : texts) all.emplace_back(name);
    return all;
  }();
  return names;
}

std::string_view builtin_menu_text(const std::string& name) {
  for (const auto& [one, text] : texts) {
    if (one == name) return text;
  }
  core::Error error(core::ErrorCode::usage, "there is no built-in menu '" + name + "'");
  const std::string near = core::nearest(name, builtin_menu_names());
  throw error.remedy(near.empty() ? "`trigloop menu show` lists them" : "Did you mean '" + near + "'?");
}

Menu find_menu(const std::string& name_or_path) {
  const auto& names = builtin_menu_names();
  if (std::ranges::find(names, name_or_path) != names.end())
    return parse_menu(builtin_menu_text(name_or_path), name_or_path);
  const bool path_like = name_or_path.find_first_of("/.") != std::string::npos;
  if (!path_like && !std::filesystem::exists(name_or_path)) builtin_menu_text(name_or_path);
  return load_menu(name_or_path);
}

}  // namespace trigloop::menu
