// Any text as a recipe: stages ready to train, or an Error, nothing else.
#include "train/recipe/recipe.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

#include "config/config.hpp"
#include "core/error.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  try {
    (void)trigloop::train::build_recipe(text, "fuzz", trigloop::config::Config::master().root(),
                                        trigloop::train::example_shape());
  } catch (const trigloop::core::Error&) {
  }
  return 0;
}
