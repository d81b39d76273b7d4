// Any text as a configuration: a configuration that is shown and read back as itself, or an Error, nothing else.
#include "config/config.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/error.hpp"
#include "curate/settings.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using trigloop::config::Config;
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  try {
    const Config config = Config::parse(text, "fuzz");
    if (!Config::problems(text, "fuzz").empty()) __builtin_trap();
    for (const std::string& again : {to_yaml(config.root()), to_json(config.root())}) {
      if (!(Config::parse(again, "again").root() == config.root())) __builtin_trap();
    }
    // Settings read no file but this one.
    if (!config.has("curate.signal_sets_file")) trigloop::curate::read_settings(config);
  } catch (const trigloop::core::Error&) {
  }
  return 0;
}
