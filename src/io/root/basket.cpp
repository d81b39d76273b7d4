#include "io/root/basket.hpp"

#include <algorithm>
#include <cstring>

#include "core/bytes.hpp"
#include "core/error.hpp"
#include "io/root/damaged.hpp"
#include "io/root/key.hpp"

namespace trigloop::io::root {
namespace {

void expect(std::string_view what, std::uint64_t found, std::uint64_t wanted) {
  if (found != wanted) {
    throw damaged("it has " + std::to_string(found) + " " + std::string(what) + ", but the tree says " +
                  std::to_string(wanted));
  }
}

std::span<const std::byte> bytes_of(const std::string& text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

}  // namespace

BasketRecord parse_basket(const Basket& basket, std::span<const std::byte> record, std::uint64_t max_bytes) {
  if (basket.is_embedded()) {
    const auto bytes = bytes_of(basket.embedded);
    return {bytes, bytes.size(), bytes.size(), 0, false};
  }
  core::ByteReader in(record, basket.seek);
  const Key key = read_key(in);
  in.skip(2 + 4);  // version, fBufferSize
  const auto entry_size = in.read<std::int32_t>();
  if (entry_size < 0) in.skip(1);  // I/O feature bits, announced by the sign
  const auto entries = in.read<std::int32_t>(), last = in.read<std::int32_t>();
  const auto border = last - static_cast<std::int64_t>(key.keylen);
  expect("bytes", key.nbytes, basket.nbytes);
  if (entries < 0 || border < 0 || static_cast<std::uint64_t>(border) > key.objlen || in.position() > key.keylen) {
    throw damaged("its header contradicts itself");
  }
  expect("entries", static_cast<std::uint64_t>(entries), basket.entries);
  if (key.objlen > max_bytes) {
    throw core::Error(core::ErrorCode::limit, "it claims " + std::to_string(key.objlen) +
                                                  " uncompressed bytes; at most " + std::to_string(max_bytes) +
                                                  " are accepted")
        .remedy("Raise the limit on the size of a basket if you trust the file");
  }
  BasketRecord parsed{record.subspan(key.keylen), key.objlen, static_cast<std::uint64_t>(border), key.keylen,
                      key.compressed()};
  if (parsed.compressed && declared_bytes(parsed.stored) < key.objlen) {
    throw damaged("its compressed blocks declare fewer bytes than the basket");
  }
  return parsed;
}

void unpack_basket(const BasketRecord& record, Decompressor& decompressor, std::span<std::byte> out,
                   std::size_t wanted) {
  if (record.compressed) {
    decompressor.run(record.stored, out, wanted);
  } else {
    std::memcpy(out.data(), record.stored.data(), std::min(wanted, record.stored.size()));
  }
}

}  // namespace trigloop::io::root
