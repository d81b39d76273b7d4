#include "model/load.hpp"

#include "core/error.hpp"
#include "core/file.hpp"
#include "io/hdf5/hdf5.hpp"
#include "model/qkeras_import.hpp"
#include "model/qonnx_import.hpp"

namespace trigloop::model {

Graph load(const std::filesystem::path& path, const LoadOptions& options) {
  if (io::hdf5::is_hdf5(core::InputFile(path))) return import_qkeras(path, {options.normalisation, true});
  if (!options.normalisation.empty()) {
    throw core::Error(core::ErrorCode::usage, "is no QKeras model, and takes no normalisation")
        .file(path.native())
        .remedy("Leave out --normalisation: a QONNX network holds the scaling of its inputs itself");
  }
  return import_qonnx(path);
}

}  // namespace trigloop::model
