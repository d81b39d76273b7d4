#include "report/pick.hpp"

#include <algorithm>
#include <cctype>

#include "core/error.hpp"
#include "core/text.hpp"

namespace trigloop::report {
namespace {

std::string title_of(const Figure& figure) {
  return std::visit([](const auto& one) { return one.title; }, figure);
}

[[noreturn]] void refuse(const std::string& what, const std::string& name, const std::vector<std::string>& known) {
  std::string all;
  for (const std::string& one : known) all += (all.empty() ? "" : ", ") + one;
  const std::string nearest = core::nearest(name, known);
  throw core::Error(core::ErrorCode::not_found, "there is no " + what + " '" + name + "'")
      .remedy(nearest.empty() ? "There are: " + all : "Did you mean '" + nearest + "'?");
}

Plot chosen_plot(const Choice& choice, const std::string& chosen) {
  std::vector<std::string> names;
  for (const auto& [name, plot] : choice.plots) names.push_back(name);
  const auto found =
      chosen.empty() ? names.begin() + static_cast<std::ptrdiff_t>(choice.chosen) : std::ranges::find(names, chosen);
  if (found == names.end()) refuse(choice.label, chosen, names);
  Plot plot = choice.plots[static_cast<std::size_t>(found - names.begin())].second;
  std::visit(
      [&](auto& one) {
        one.title = choice.title + ": " + *found;
        one.caption = choice.caption;
      },
      plot);
  return plot;
}

}  // namespace

std::string short_name(const std::string& title) {
  std::string name;
  for (const char c : title) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0) {
      name += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    } else if (!name.empty() && name.back() != '-') {
      name += '-';
    }
  }
  while (!name.empty() && name.back() == '-') name.pop_back();
  return name;
}

std::vector<std::string> figure_names(const Page& page) {
  std::vector<std::string> names;
  for (const Figure* figure : figures_of(page)) names.push_back(short_name(title_of(*figure)));
  return names;
}

Plot pick_plot(const Page& page, const std::string& name, const std::string& chosen) {
  for (const Figure* figure : figures_of(page)) {
    if (short_name(title_of(*figure)) != short_name(name)) continue;
    return std::visit(
        [&](const auto& one) -> Plot {
          if constexpr (std::is_same_v<std::decay_t<decltype(one)>, Choice>) {
            return chosen_plot(one, chosen);
          } else {
            return one;
          }
        },
        *figure);
  }
  refuse("figure", name, figure_names(page));
}

}  // namespace trigloop::report
