#include "app/events/crossings_option.hpp"

#include <filesystem>

#include "conditions/fills.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "event/crossing_choice.hpp"

namespace trigloop::app {

std::vector<bool> read_crossings(const std::string& text, const std::string& option) {
  if (auto crossings = event::parse_crossings(text)) return *crossings;
  std::error_code ignored;
  const bool is_file = std::filesystem::is_regular_file(text, ignored);
  if (is_file) {
    if (auto crossings = event::parse_crossings(core::read_text(text, 1u << 20))) return *crossings;
  }
  throw core::Error(core::ErrorCode::usage,
                    option + ": '" + core::escaped(text) +
                        (is_file ? "' holds no list of crossings" : "' is no list of crossings, and no file"))
      .remedy("Give numbers and ranges up to 3564, as 1-100,500");
}

void add_fill_options(CLI::App& command, FillOption& option, CLI::Option* crossings) {
  CLI::Option* fill = command.add_option("--fill", option.fill, "Those that collide in this LHC fill")
                          ->check(CLI::Range(1u, 0xFFFFFFFFu))
                          ->excludes(crossings);
  CLI::Option* scheme =
      command
          .add_option("--fill-scheme", option.scheme, "Conditions whose intervals state `fill` and `filling_scheme`")
          ->needs(fill);
  fill->needs(scheme);
}

std::vector<bool> read_crossings(const FillOption& option) {
  try {
    return conditions::crossings_of_fill(conditions::load_conditions(option.scheme), option.fill);
  } catch (core::Error& e) {
    e.file(option.scheme);
    throw;
  }
}

}  // namespace trigloop::app
