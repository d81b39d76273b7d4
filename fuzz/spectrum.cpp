// Any bytes as a spectrum or an .axo file: a spectrum that comes back from its own bytes, or a core::Error.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "core/error.hpp"
#include "score/spectrum_file.hpp"

using namespace trigloop;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const score::Spectrum spectrum = score::decode(std::as_bytes(std::span(data, size)));
    if (!(score::decode(score::encode(spectrum)) == spectrum)) std::abort();
  } catch (const core::Error&) {
  }
  try {
    score::parse_axo({reinterpret_cast<const char*>(data), size});
  } catch (const core::Error&) {
  }
  return 0;
}
