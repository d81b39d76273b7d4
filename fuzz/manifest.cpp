// Any text as the manifest of an export: one that is written and read back as itself, or an Error, nothing else.
#include "registry/manifest.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/error.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace trigloop::registry;
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  try {
    const Manifest manifest = parse_manifest(text, "fuzz");
    for (const Manifest::Entry& entry : manifest.artifacts) {
      for (const StoredFile& file : entry.artifact.files) {
        if (!is_inside(file.path) || !is_sha256(file.sha256)) __builtin_trap();
      }
    }
    const std::string again = to_text(manifest);
    if (to_text(parse_manifest(again, "again")) != again) __builtin_trap();
  } catch (const trigloop::core::Error&) {
  }
  return 0;
}
