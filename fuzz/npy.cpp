// Any bytes as a .npy or .npz: arrays or an Error, nothing else.
#include "io/npy/npy.hpp"

#include "memory_file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const trigloop::fuzz::MemoryFile file(data, size);
  trigloop::fuzz::read_everything([&] { return trigloop::io::npy::open(file.path()); });
  return 0;
}
