#include "io/root/xz.hpp"

#include <libdeflate.h>
#include <lzma.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <optional>
#include <string>

#include "io/root/damaged.hpp"

namespace trigloop::io::root {
namespace {

/// The dictionary is allocated as large as the stream says: bound it by what xz's highest level uses.
constexpr std::uint64_t most_memory = 200u << 20;
constexpr std::uint32_t most_dictionary = 64u << 20;

const std::uint8_t* bytes_of(std::span<const std::byte> bytes) {
  return reinterpret_cast<const std::uint8_t*>(bytes.data());
}

/// The headers of a stream and of its first block.
struct Headers {
  lzma_stream_flags stream{};
  lzma_block block{};
  std::uint32_t dictionary = 0;
  std::size_t bytes = 0;
};

/// Nothing, if they are damaged or tell of another filter than LZMA2 alone.
std::optional<Headers> read_headers(std::span<const std::byte> in) {
  Headers found;
  if (in.size() <= LZMA_STREAM_HEADER_SIZE || lzma_stream_header_decode(&found.stream, bytes_of(in)) != LZMA_OK)
    return {};
  in = in.subspan(LZMA_STREAM_HEADER_SIZE);
  if (in[0] == std::byte{0}) return {};  // there is no block
  std::array<lzma_filter, LZMA_FILTERS_MAX + 1> filters{};
  lzma_block& block = found.block;
  block.version = 1;
  block.check = found.stream.check;
  block.filters = filters.data();
  block.header_size = lzma_block_header_size_decode(std::to_integer<std::uint32_t>(in[0]));
  if (block.header_size > in.size() || lzma_block_header_decode(&block, nullptr, bytes_of(in)) != LZMA_OK) return {};
  const bool usual = filters[0].id == LZMA_FILTER_LZMA2 && filters[1].id == LZMA_VLI_UNKNOWN;
  if (usual) found.dictionary = static_cast<const lzma_options_lzma*>(filters[0].options)->dict_size;
  for (lzma_filter& filter : filters) {
    if (filter.id == LZMA_VLI_UNKNOWN) break;
    std::free(filter.options);  // NOLINT(cppcoreguidelines-no-malloc): liblzma's, from malloc
  }
  block.filters = nullptr;
  found.bytes = LZMA_STREAM_HEADER_SIZE + block.header_size;
  return usual && found.dictionary <= most_dictionary ? std::optional(found) : std::nullopt;
}

bool check_fits(lzma_check check, std::span<const std::byte> out, std::span<const std::byte> stored) {
  const auto fits = [&](auto sum) {  // little-endian, as this program's machines are
    return stored.size() >= sizeof sum && std::memcmp(stored.data(), &sum, sizeof sum) == 0;
  };
  if (check == LZMA_CHECK_CRC32) return fits(libdeflate_crc32(0, out.data(), out.size()));  // by carry-less products
  if (check == LZMA_CHECK_CRC64) return fits(lzma_crc64(bytes_of(out), out.size(), 0));
  return check == LZMA_CHECK_NONE;
}

/// Whether the index tells of one block of these sizes, and the footer of this index.
bool end_fits(std::span<const std::byte> in, const lzma_stream_flags& header, std::uint64_t packed,
              std::uint64_t unpacked) {
  const std::unique_ptr<lzma_index_hash, void (*)(lzma_index_hash*)> index(
      lzma_index_hash_init(nullptr, nullptr), [](lzma_index_hash* one) { lzma_index_hash_end(one, nullptr); });
  std::size_t at = 0;
  if (!index || lzma_index_hash_append(index.get(), packed, unpacked) != LZMA_OK) return false;
  if (lzma_index_hash_decode(index.get(), bytes_of(in), &at, in.size()) != LZMA_STREAM_END) return false;
  lzma_stream_flags footer;
  return in.size() - at >= LZMA_STREAM_HEADER_SIZE &&
         lzma_stream_footer_decode(&footer, bytes_of(in) + at) == LZMA_OK &&
         lzma_stream_flags_compare(&header, &footer) == LZMA_OK &&
         footer.backward_size == lzma_index_hash_size(index.get());
}

/// The usual form. False, if it is another or anything is wrong.
bool decode_usual(std::span<const std::byte> in, std::span<std::byte> out, Lzma2Decoder& lzma2) {
  const std::optional<Headers> headers = read_headers(in);
  if (!headers) return false;
  const lzma_block& block = headers->block;
  std::span<const std::byte> rest = in.subspan(headers->bytes);
  const std::optional<std::size_t> packed = lzma2.run(rest, out, headers->dictionary);
  if (!packed) return false;
  const auto agrees = [](lzma_vli stated, std::size_t found) { return stated == LZMA_VLI_UNKNOWN || stated == found; };
  if (!agrees(block.compressed_size, *packed) || !agrees(block.uncompressed_size, out.size())) return false;
  rest = rest.subspan(*packed);
  const std::size_t padding = (4 - *packed % 4) % 4, check_bytes = lzma_check_size(block.check);
  if (rest.size() < padding + check_bytes) return false;
  for (const std::byte byte : rest.first(padding))
    if (byte != std::byte{0}) return false;
  return check_fits(block.check, out, rest.subspan(padding)) &&
         end_fits(rest.subspan(padding + check_bytes), headers->stream, block.header_size + *packed + check_bytes,
                  out.size());
}

}  // namespace

void decode_xz(std::span<const std::byte> in, std::span<std::byte> out, Lzma2Decoder& lzma2) {
  if (decode_usual(in, out, lzma2)) return;
  std::uint64_t memory_limit = most_memory;
  std::size_t in_done = 0, out_done = 0;
  const lzma_ret result = lzma_stream_buffer_decode(&memory_limit, 0, nullptr, bytes_of(in), &in_done, in.size(),
                                                    reinterpret_cast<std::uint8_t*>(out.data()), &out_done, out.size());
  if (result != LZMA_OK) throw damaged("the bytes of an LZMA block are corrupted");
  if (out_done != out.size()) {
    throw damaged("LZMA gave " + std::to_string(out_done) + " bytes where the block declares " +
                  std::to_string(out.size()));
  }
}

bool decode_xz_beginning(std::span<const std::byte> in, std::span<std::byte> out, Lzma2Decoder& lzma2) {
  const std::optional<Headers> headers = read_headers(in);
  if (headers && lzma2.beginning(in.subspan(headers->bytes), out, headers->dictionary)) return true;
  lzma_stream stream = LZMA_STREAM_INIT;
  if (lzma_stream_decoder(&stream, most_memory, 0) != LZMA_OK) return false;
  stream.next_in = bytes_of(in);
  stream.avail_in = in.size();
  stream.next_out = reinterpret_cast<std::uint8_t*>(out.data());
  stream.avail_out = out.size();
  const lzma_ret result = lzma_code(&stream, LZMA_RUN);
  const bool full = (result == LZMA_OK || result == LZMA_STREAM_END) && stream.avail_out == 0;
  lzma_end(&stream);
  return full;
}

}  // namespace trigloop::io::root
