// Any bytes as a QKeras model: a graph or a core::Error, never anything else.
#include "memory_file.hpp"
#include "model/qkeras_import.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const trigloop::fuzz::MemoryFile file(data, size);
  try {
    trigloop::model::import_qkeras(file.path());
  } catch (const trigloop::core::Error&) {
  }
  return 0;
}
