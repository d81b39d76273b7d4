// Any bytes as lite.h5 or complete.h5: a bundle or a core::Error, never anything else.
#include "bundle/bundle.hpp"

#include "memory_file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const trigloop::fuzz::MemoryFile file(data, size);
  try {
    trigloop::bundle::read(file.path());
  } catch (const trigloop::core::Error&) {
  }
  return 0;
}
