#include "io/hdf5/message.hpp"

#include <bit>

namespace trigloop::io::hdf5 {
namespace {

using core::Error;
using core::ErrorCode;
using event::Type;

[[noreturn]] void unsupported(const std::string& reason, const Record& at) {
  throw Error(ErrorCode::unsupported, reason).offset(at.position());
}

std::optional<Type> integer_type(std::size_t bytes, bool with_sign) {
  switch (bytes) {
    case 1:
      return with_sign ? Type::int8 : Type::uint8;
    case 2:
      return with_sign ? Type::int16 : Type::uint16;
    case 4:
      return with_sign ? Type::int32 : Type::uint32;
    case 8:
      return with_sign ? Type::int64 : Type::uint64;
    default:
      return std::nullopt;
  }
}

bool is_swapped(bool big) { return big == (std::endian::native == std::endian::little); }

Datatype parse_integer(Datatype type, std::uint32_t bits, Record& body) {
  const auto offset = body.u16(), precision = body.u16();
  type.name = "integer of " + std::to_string(precision) + " bits";
  const auto plain = integer_type(type.bytes, (bits & 0x08) != 0);
  if (plain && offset == 0 && precision == 8 * type.bytes) {
    type.encoding = array::Encoding{*plain, is_swapped((bits & 1) != 0), false};
  }
  return type;
}

Datatype parse_float(Datatype type, std::uint32_t bits, Record& body) {
  const auto offset = body.u16(), precision = body.u16();
  const unsigned exponent_at = body.u8(), exponent = body.u8(), mantissa_at = body.u8(), mantissa = body.u8();
  const auto bias = body.u32();
  type.name = "float of " + std::to_string(precision) + " bits";
  const unsigned sign_at = (bits >> 8) & 0xFF, order = (bits & 1) | (bits >> 5 & 2), normal = (bits >> 4) & 3;
  if (offset != 0 || precision != 8 * type.bytes || mantissa_at != 0 || order > 1 || normal != 2) return type;
  struct Ieee {
    std::size_t bytes;
    unsigned exponent, mantissa, bias;
    Type type;
  };
  for (const Ieee& f :
       {Ieee{2, 5, 10, 15, Type::float32}, Ieee{4, 8, 23, 127, Type::float32}, Ieee{8, 11, 52, 1023, Type::float64}}) {
    if (type.bytes == f.bytes && exponent == f.exponent && mantissa == f.mantissa && bias == f.bias &&
        exponent_at == f.mantissa && sign_at == 8 * f.bytes - 1) {
      type.encoding = array::Encoding{f.type, is_swapped(order == 1), f.bytes == 2};
    }
  }
  return type;
}

/// h5py's booleans are an enumeration {FALSE = 0, TRUE = 1} of int8; other enumerations are read as their numbers.
Datatype parse_enumeration(Datatype type, unsigned version, std::uint32_t bits, Record& body) {
  const Datatype base = parse_datatype(body);
  type.name = "enumeration";
  if (!base.encoding || base.bytes != type.bytes) return type;
  type.encoding = base.encoding;
  const std::uint32_t members = bits & 0xFFFF;
  if (members != 2 || type.bytes != 1) return type;
  std::string names;
  for (int i = 0; i < 2; ++i) {
    const std::size_t begin = body.at();
    for (char c = 0; (c = static_cast<char>(body.u8())) != '\0';) names += c;
    if (version < 3) body.skip_padding(begin);
    names += ' ';
  }
  if (names == "FALSE TRUE " && body.u8() == 0 && body.u8() == 1) type.encoding->type = Type::boolean;
  return type;
}

std::string_view class_name(unsigned number) {
  constexpr std::string_view names[] = {"integer",     "float",           "time",     "string",
                                        "bitfield",    "opaque",          "compound", "reference",
                                        "enumeration", "variable-length", "array",    "complex"};
  return number < std::size(names) ? names[number] : "unknown";
}

std::vector<std::uint64_t> chunk_extents(Record& body, std::size_t rank, std::size_t bytes, std::uint64_t& item) {
  if (rank < 2 || rank > 33 || bytes == 0 || bytes > 8) fail("has chunks of an impossible rank", body.position());
  std::vector<std::uint64_t> extents;
  for (std::size_t d = 0; d + 1 < rank; ++d) extents.push_back(body.number(bytes));
  item = body.number(bytes);
  return extents;
}

void parse_index(const Image& image, Record& body, DataLayout& layout) {
  const auto flags = body.u8(), rank = body.u8(), bytes = body.u8();
  layout.plain_edges = (flags & 1) != 0;
  layout.single_filtered = (flags & 2) != 0;
  layout.chunk = chunk_extents(body, rank, bytes, layout.item_bytes);
  layout.index = static_cast<IndexKind>(body.u8());
  switch (layout.index) {
    case IndexKind::single:
      if (layout.single_filtered) {
        layout.single_bytes = body.number(image.length_bytes());
        layout.single_mask = body.u32();
      }
      break;
    case IndexKind::implicit:
      break;
    case IndexKind::fixed_array:
      body.skip(1);
      break;
    case IndexKind::extensible_array:
      body.skip(5);
      break;
    case IndexKind::tree2:
      body.skip(6);
      break;
    default:
      unsupported("has a chunk index of an unknown kind", body);
  }
  layout.address = body.address(image.address_bytes());
}

}  // namespace

Dataspace parse_dataspace(const Image& image, Record body) {
  Dataspace space;
  const auto version = body.u8();
  const std::size_t rank = body.u8();
  body.skip(1);  // whether maximal extents follow
  if (version == 1) {
    body.skip(5);
  } else if (version == 2) {
    space.null = body.u8() == 2;
  } else {
    fail("has a dataspace of unknown version", body.position());
  }
  if (rank > 32) fail("has more than 32 dimensions", body.position());
  for (std::size_t d = 0; d < rank; ++d) space.shape.push_back(body.number(image.length_bytes()));
  return space;
}

Datatype parse_datatype(Record& body) {
  const unsigned head = body.u8(), version = head >> 4, kind = head & 15;
  const auto bits = static_cast<std::uint32_t>(body.number(3));
  Datatype type;
  type.bytes = body.u32();
  type.name = class_name(kind);
  if (version < 1 || version > 5) fail("has a datatype of unknown version", body.position());
  switch (kind) {
    case 0:
      return parse_integer(std::move(type), bits, body);
    case 1:
      return parse_float(std::move(type), bits, body);
    case 3:
      type.text = true;
      return type;
    case 8:
      return parse_enumeration(std::move(type), version, bits, body);
    case 9:
      type.variable = true;
      type.text = (bits & 15) == 1;
      if (type.text) type.name = "variable-length string";
      return type;
    default:
      return type;
  }
}

DataLayout parse_layout(const Image& image, Record body) {
  DataLayout layout;
  const auto version = body.u8();
  if (version < 3) unsupported("has a data layout of HDF5 1.4 or before", body);
  if (version > 5) unsupported("has a data layout of a newer HDF5 (version " + std::to_string(version) + ")", body);
  switch (body.u8()) {
    case 0: {
      layout.kind = DataLayout::Kind::compact;
      const auto bytes = body.take(body.u16());
      layout.compact.assign(bytes.begin(), bytes.end());
      return layout;
    }
    case 1:
      layout.address = body.address(image.address_bytes());
      return layout;
    case 2:
      layout.kind = DataLayout::Kind::chunked;
      if (version >= 4) {
        layout.wide_sizes = version == 5;
        parse_index(image, body, layout);
      } else {
        const std::size_t rank = body.u8();
        layout.address = body.address(image.address_bytes());
        layout.chunk = chunk_extents(body, rank, 4, layout.item_bytes);
      }
      return layout;
    case 3:
      unsupported("is a virtual data set: its values lie in other files, which are not opened", body);
    default:
      fail("has a data layout of no known class", body.position());
  }
}

std::vector<Filter> parse_filters(Record body) {
  std::vector<Filter> filters;
  const auto version = body.u8();
  const std::size_t count = body.u8();
  if (version < 1 || version > 2 || count > 32) fail("has a filter pipeline of no known form", body.position());
  if (version == 1) body.skip(6);
  for (std::size_t i = 0; i < count; ++i) {
    Filter filter;
    filter.id = body.u16();
    const std::size_t name = version == 1 || filter.id >= 256 ? body.u16() : 0;
    body.skip(2);  // flags
    const std::size_t values = body.u16();
    const std::size_t begin = body.at();
    filter.name = body.text(name);
    filter.name.resize(std::min(filter.name.size(), filter.name.find('\0')));
    if (version == 1) body.skip_padding(begin);
    for (std::size_t k = 0; k < values; ++k) filter.values.push_back(body.u32());
    if (version == 1 && values % 2 == 1) body.skip(4);
    filters.push_back(std::move(filter));
  }
  return filters;
}

std::vector<std::byte> parse_fill(const std::vector<Message>& messages) {
  Record value;
  std::size_t bytes = 0;
  if (const Message* message = find(messages, MessageKind::fill_value)) {
    value = message->body;
    const auto version = value.u8();
    if (version == 3) {
      if ((value.u8() & 0x20) == 0) return {};
    } else {
      value.skip(2);
      if (value.u8() == 0) return {};
    }
    bytes = value.u32();
  } else if (const Message* old = find(messages, MessageKind::old_fill_value)) {
    value = old->body;
    bytes = value.u32();
  }
  if (bytes == 0 || bytes == 0xFFFFFFFFu) return {};
  const auto part = value.take(bytes);
  return {part.begin(), part.end()};
}

}  // namespace trigloop::io::hdf5
