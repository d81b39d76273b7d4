#include "io/root/key.hpp"

#include "core/error.hpp"
#include "io/root/damaged.hpp"

namespace trigloop::io::root {
namespace {

std::uint64_t read_position(core::ByteReader& in, bool big) {
  return big ? in.read<std::uint64_t>() : in.read<std::uint32_t>();
}

}  // namespace

std::string read_string(core::ByteReader& in) {
  std::size_t length = in.read<std::uint8_t>();
  if (length == 255) length = in.read<std::uint32_t>();
  const auto bytes = in.take(length);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

namespace {

Key read_fields(core::ByteReader& in, bool stored) {
  const std::uint64_t at = in.file_position();
  Key key;
  const auto nbytes = in.read<std::int32_t>();
  const auto version = in.read<std::int16_t>();
  const auto objlen = in.read<std::int32_t>();
  in.skip(4);  // date and time
  const auto keylen = in.read<std::int16_t>();
  key.cycle = in.read<std::uint16_t>();
  const bool big = version > 1000;  // ROOT's mark for 64-bit positions
  key.seek = read_position(in, big);
  read_position(in, big);  // of the parent folder
  const bool fits = nbytes >= keylen && objlen >= 0;
  if (version < 0 || keylen < static_cast<int>(small_key_bytes) || (stored && !fits)) {
    throw damaged("a record header has impossible sizes (" + std::to_string(nbytes) + " bytes, header " +
                  std::to_string(keylen) + ", object " + std::to_string(objlen) + ")")
        .offset(at);
  }
  if (stored) {
    key.nbytes = static_cast<std::uint64_t>(nbytes);
    key.objlen = static_cast<std::uint64_t>(objlen);
  }
  key.keylen = static_cast<std::uint64_t>(keylen);
  key.class_name = read_string(in);
  key.name = read_string(in);
  key.title = read_string(in);
  return key;
}

}  // namespace

Key read_key(core::ByteReader& in) { return read_fields(in, true); }

Key read_embedded_key(core::ByteReader& in) { return read_fields(in, false); }

}  // namespace trigloop::io::root
