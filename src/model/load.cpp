#include "model/load.hpp"

#include <algorithm>
#include <array>

#include "core/error.hpp"
#include "core/file.hpp"
#include "model/qonnx_import.hpp"

namespace trigloop::model {

Graph load(const std::filesystem::path& path, const LoadOptions&) {
  const core::InputFile file(path);
  std::array<std::byte, 8> head{};
  if (file.size() >= head.size()) file.read(0, head);
  constexpr std::array<unsigned char, 8> hdf5{0x89, 'H', 'D', 'F', '\r', '\n', 0x1A, '\n'};
  if (std::ranges::equal(head, hdf5,
                         [](std::byte a, unsigned char b) { return std::to_integer<unsigned char>(a) == b; })) {
    throw core::Error(core::ErrorCode::unsupported, "is an HDF5 file")
        .file(path.native())
        .remedy("Give the QONNX export");
  }
  return import_qonnx(path);
}

}  // namespace trigloop::model
