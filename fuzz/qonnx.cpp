// Any bytes as a QONNX model: a graph or a core::Error, never anything else.
#include <cstddef>
#include <cstdint>
#include <span>

#include "core/error.hpp"
#include "model/qonnx_import.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    trigloop::model::import_qonnx(std::as_bytes(std::span(data, size)));
  } catch (const trigloop::core::Error&) {
  }
  return 0;
}
