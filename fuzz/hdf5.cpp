// Any bytes as an HDF5 file: data sets and attributes or an Error, nothing else.
#include "io/hdf5/hdf5.hpp"

#include "memory_file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const trigloop::fuzz::MemoryFile file(data, size);
  trigloop::fuzz::read_everything([&] { return trigloop::io::hdf5::open(file.path()); });
  try {
    trigloop::io::hdf5::read_attribute(file.path(), "", "config");
  } catch (const trigloop::core::Error&) {
  }
  return 0;
}
