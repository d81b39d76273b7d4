// Any bytes as a raw file of the scouting network, as orbits and as events: an Error is a good answer.
#include "io/raw/raw.hpp"

#include "io/orbits/orbits.hpp"
#include "memory_file.hpp"

using namespace trigloop;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fuzz::MemoryFile file(data, size);
  fuzz::read_everything([&] { return io::raw::open(file.path()); });
  fuzz::read_everything([&] { return io::orbits::as_crossings(io::raw::open(file.path())); });
  return 0;
}
