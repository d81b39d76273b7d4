// Any bytes as deflate streams, three of them cut from one input so that they are decoded together: what our decoder
// calls done is what zlib makes of them. The first three bytes say how much is wanted and where the input is cut.
#include "io/root/inflate.hpp"

#include <zlib.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <vector>

namespace {

using trigloop::io::root::Inflater;
using Bytes = std::vector<std::byte>;

/// The first bytes, as far as zlib makes them.
Bytes by_zlib(std::span<const std::byte> in, std::size_t wanted) {
  Bytes out(wanted + 1), from(in.begin(), in.end());
  z_stream stream{};
  if (inflateInit2(&stream, -15) != Z_OK) std::abort();
  stream.next_in = reinterpret_cast<Bytef*>(from.data());
  stream.avail_in = static_cast<uInt>(from.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(wanted);
  inflate(&stream, Z_SYNC_FLUSH);
  out.resize(stream.total_out);
  inflateEnd(&stream);
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 3 || !Inflater::usable()) return 0;
  const std::size_t wanted = data[0] + 256u * (data[1] % 64u), cut = data[2] * size / 256;
  data += 3, size -= 3;
  const Bytes all(reinterpret_cast<const std::byte*>(data), reinterpret_cast<const std::byte*>(data) + size);
  // Each in memory of its own, so that bytes read behind it are found.
  const Bytes parts[] = {all, Bytes(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(std::min(cut, size))),
                         Bytes(all.begin() + static_cast<std::ptrdiff_t>(std::min(cut, size)), all.end())};
  std::vector<Bytes> rooms;
  std::vector<Inflater::Job> jobs;
  for (std::size_t i = 0; i < std::size(parts); ++i) rooms.emplace_back(wanted + 48 + i * (size % 700));
  for (std::size_t i = 0; i < std::size(parts); ++i) jobs.push_back({parts[i], rooms[i], wanted});
  static Inflater inflater;
  inflater.run(jobs);
  for (const Inflater::Job& job : jobs) {
    if (!job.done) continue;
    const Bytes expected = by_zlib(job.in, wanted);
    if (!std::equal(expected.begin(), expected.end(), job.out.begin())) std::abort();
  }
  return 0;
}
