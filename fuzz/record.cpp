// Any bytes as a scouting record: one that comes back from its own bytes, or a core::Error. Checksums would stop nearly
// all of them at the door, so the bytes are also taken as the contents of the sections, each behind its length.
#include "scout/record/record.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "core/error.hpp"
#include "scout/record/frame.hpp"

using namespace trigloop;

namespace {

void decode(std::span<const std::byte> bytes) {
  try {
    const scout::Record record = scout::decode_record(bytes);
    if (scout::encode(scout::decode_record(scout::encode(record))) != scout::encode(record)) std::abort();
    record.spectrum(scout::Events::all);
    scout::axo_of(record);
  } catch (const core::Error&) {
  }
}

std::vector<std::byte> framed(std::span<const std::byte> bytes) {
  scout::FrameWriter frames("TLRECORD", 1);
  for (const auto name : {scout::tag("IDEN"), scout::tag("LUMI"), scout::tag("SHAR"), scout::tag("CROS"),
                          scout::tag("ALL "), scout::tag("PURE"), scout::tag("NONC"), scout::tag("CONT"),
                          scout::tag("INPT"), scout::tag("TAIL"), scout::tag("PIEC"), scout::tag("ORBT")}) {
    std::size_t n = 0;
    if (bytes.size() >= 2) {
      n = std::min<std::size_t>(core::load_le<std::uint16_t>(bytes.data()), bytes.size() - 2);
      bytes = bytes.subspan(2);
    }
    frames.section(name, bytes.first(n));
    bytes = bytes.subspan(n);
  }
  return frames.take();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  decode(bytes);
  decode(framed(bytes));
  return 0;
}
