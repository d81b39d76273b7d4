// Any bytes as an .xz stream: our decoder and liblzma's give the same bytes, or both refuse. The first two bytes say
// how many bytes there should be.
#include "io/root/xz.hpp"

#include <lzma.h>

#include <cstdlib>
#include <vector>

#include "core/error.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  std::vector<std::byte> ours(data[0] + 256u * data[1]), theirs(ours.size()), beginning(ours.size() / 2);
  data += 2, size -= 2;
  static trigloop::io::root::Lzma2Decoder decoder;
  const std::span<const std::byte> in(reinterpret_cast<const std::byte*>(data), size);
  bool accepted = true;
  try {
    trigloop::io::root::decode_xz(in, ours, decoder);
  } catch (const trigloop::core::Error&) {
    accepted = false;
  }
  std::uint64_t limit = 200u << 20;
  std::size_t from = 0, to = 0;
  const lzma_ret result = lzma_stream_buffer_decode(&limit, 0, nullptr, data, &from, size,
                                                    reinterpret_cast<std::uint8_t*>(theirs.data()), &to, theirs.size());
  const bool expected = result == LZMA_OK && to == theirs.size();
  if (accepted != expected || (accepted && ours != theirs)) std::abort();
  decode_xz_beginning(in, beginning, decoder);
  decoder.run(in, ours, 1u << 16);  // chunks without a stream around, and without its check
  return 0;
}
