#include "io/zarr/metadata.hpp"

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>
#include <span>

#include "core/bytes.hpp"
#include "core/error.hpp"
#include "io/array/numpy_type.hpp"

namespace trigloop::io::zarr {
namespace {

using core::Error;
using core::ErrorCode;
using Json = nlohmann::json;

[[noreturn]] void fail(const std::string& reason) { throw Error(ErrorCode::damaged, reason); }

Json parse(std::string_view text) {
  // The parser keeps its own stack, so that deep nesting is no danger; it refuses NaN, as JSON does.
  Json json = Json::parse(text, nullptr, false);
  if (!json.is_object()) fail("is no JSON object");
  return json;
}

const Json& at(const Json& json, const char* key) {
  const auto found = json.find(key);
  if (found == json.end()) fail(std::string("lacks '") + key + "'");
  return *found;
}

std::string text_at(const Json& json, const char* key) {
  const Json& value = at(json, key);
  if (!value.is_string()) fail(std::string("'") + key + "' is no string");
  return value.get<std::string>();
}

std::int64_t integer(const Json& json, const char* key, std::int64_t otherwise) {
  const auto found = json.find(key);
  if (found == json.end() || found->is_null()) return otherwise;
  if (!found->is_number_integer()) fail(std::string("'") + key + "' is no integer");
  const auto value = found->get<std::int64_t>();
  if (value < -1 || value > std::numeric_limits<std::int32_t>::max()) fail(std::string("'") + key + "' is absurd");
  return value;
}

std::vector<std::uint64_t> extents(const Json& json, const char* key) {
  const Json& list = at(json, key);
  if (!list.is_array() || list.size() > 64) fail(std::string("'") + key + "' is no list of at most 64 numbers");
  std::vector<std::uint64_t> numbers;
  for (const Json& one : list) {
    if (!one.is_number_unsigned()) fail(std::string("'") + key + "' holds what is no natural number");
    numbers.push_back(one.get<std::uint64_t>());
  }
  return numbers;
}

void check_format(const Json& json) {
  const auto version = integer(json, "zarr_format", 0);
  if (version != 2) throw Error(ErrorCode::unsupported, "Zarr format " + std::to_string(version) + " is not 2");
}

void refuse_filters(const Json& json) {
  const auto filters = json.find("filters");
  if (filters == json.end() || filters->is_null() || (filters->is_array() && filters->empty())) return;
  std::string names;
  if (filters->is_array() && filters->size() < 16) {
    for (const Json& filter : *filters) {
      if (!filter.is_object()) continue;
      names += names.empty() ? "" : ", ";
      names += filter.value("id", Json("?")).is_string() ? text_at(filter, "id") : "?";
    }
  }
  throw Error(ErrorCode::unsupported, "filters are not read (" + names + ")");
}

Compressor parse_compressor(const Json& json) {
  using Kind = Compressor::Kind;
  Compressor c;
  c.kind = Kind::none;
  const Json& value = at(json, "compressor");
  if (value.is_null()) return c;
  if (!value.is_object()) fail("'compressor' is neither null nor an object");
  const std::string id = text_at(value, "id");
  if (id == "blosc") {
    c = Compressor{};
    c.cname = text_at(value, "cname");
    c.level = static_cast<int>(integer(value, "clevel", 5));
    c.shuffle = static_cast<int>(integer(value, "shuffle", 1));
    c.blocksize = static_cast<std::uint64_t>(std::max<std::int64_t>(integer(value, "blocksize", 0), 0));
  } else if (id == "zstd" || id == "zlib" || id == "gzip") {
    c.kind = id == "zstd" ? Kind::zstd : id == "zlib" ? Kind::zlib : Kind::gzip;
    c.level = static_cast<int>(integer(value, "level", 1));
  } else if (id == "lz4") {
    c.kind = Kind::lz4;
    c.level = static_cast<int>(integer(value, "acceleration", 1));
  } else {
    throw Error(ErrorCode::unsupported, "compressor '" + core::escaped(id.substr(0, 100)) +
                                            "' is not read (blosc, zstd, zlib, gzip, lz4 and none are)");
  }
  if (c.kind != Kind::zstd) check(c);
  return c;
}

double special_float(const std::string& name) {
  if (name == "NaN") return std::numeric_limits<double>::quiet_NaN();
  if (name == "Infinity") return std::numeric_limits<double>::infinity();
  if (name == "-Infinity") return -std::numeric_limits<double>::infinity();
  fail("'fill_value' is a string that stands for no number");
}

/// The number as T, exactly for integers.
template <class T>
T fill_as(const Json& value) {
  if constexpr (std::is_same_v<T, bool>) {
    if (value.is_boolean()) return value.get<bool>();
    if (value.is_number_integer()) return value != 0;
  } else if constexpr (std::is_floating_point_v<T>) {
    if (value.is_string()) return static_cast<T>(special_float(value.get<std::string>()));
    if (value.is_number()) return static_cast<T>(value.get<double>());
  } else {
    if (value.is_number_unsigned() && std::in_range<T>(value.get<std::uint64_t>())) return value.get<T>();
    if (value.is_number_integer() && !value.is_number_unsigned() && std::in_range<T>(value.get<std::int64_t>())) {
      return value.get<T>();
    }
    // NumPy lets a float stand for an integer if it is one.
    if (value.is_number_float()) {
      const double real = value.get<double>();
      if (real == std::trunc(real) && std::abs(real) < 9e15 && std::in_range<T>(static_cast<std::int64_t>(real))) {
        return static_cast<T>(real);
      }
    }
  }
  fail("'fill_value' is no value of its type");
}

template <class T>
std::vector<std::byte> stored_bytes(T value, bool swapped) {
  if (swapped) value = core::byte_swapped(value);
  std::vector<std::byte> bytes(sizeof(T));
  std::memcpy(bytes.data(), &value, sizeof(T));
  return bytes;
}

std::vector<std::byte> parse_fill(const Json& value, const array::Encoding& encoding) {
  if (value.is_null()) return std::vector<std::byte>(encoding.stored_bytes());
  if (encoding.half) {
    if (value.is_number() && value.get<double>() == 0) return std::vector<std::byte>(2);
    if (value == "NaN") return stored_bytes(std::uint16_t{0x7E00}, encoding.swapped);
    throw Error(ErrorCode::unsupported, "a fill value of float16 other than 0 and NaN is not read");
  }
  return event::visit(encoding.type, [&](auto zero) {
    using T = decltype(zero);
    if constexpr (std::is_same_v<T, bool>) {
      return stored_bytes(std::uint8_t{fill_as<bool>(value)}, false);
    } else {
      return stored_bytes(fill_as<T>(value), encoding.swapped);
    }
  });
}

char parse_separator(const Json& json) {
  const auto found = json.find("dimension_separator");
  if (found == json.end() || found->is_null() || *found == ".") return '.';
  if (*found == "/") return '/';
  fail("'dimension_separator' is neither '.' nor '/'");
}

}  // namespace

std::string ArrayMeta::chunk_name(std::span<const std::uint64_t> index) const {
  if (scalar) return "0";
  std::string name;
  for (std::size_t d = 0; d < index.size(); ++d) {
    if (d > 0) name += separator;
    name += std::to_string(index[d]);
  }
  return name;
}

ArrayMeta parse_array(std::string_view text) {
  const Json json = parse(text);
  check_format(json);
  ArrayMeta meta;
  meta.layout.shape = extents(json, "shape");
  meta.layout.chunk = extents(json, "chunks");
  if (meta.layout.shape.empty() && meta.layout.chunk.empty()) {
    meta.scalar = true;
    meta.layout.shape = meta.layout.chunk = {1};
  }
  const Json& dtype = at(json, "dtype");
  if (!dtype.is_string()) throw Error(ErrorCode::unsupported, "structured records are not read");
  meta.layout.encoding = array::parse_numpy_type(dtype.get<std::string>());
  const std::string order = text_at(json, "order");
  if (order != "C" && order != "F") fail("'order' is neither C nor F");
  meta.layout.order = order == "C" ? array::Order::c : array::Order::fortran;
  array::check(meta.layout);
  refuse_filters(json);
  meta.compressor = parse_compressor(json);
  meta.fill = parse_fill(at(json, "fill_value"), meta.layout.encoding);
  meta.separator = parse_separator(json);
  return meta;
}

void check_group(std::string_view text) { check_format(parse(text)); }

void check_attributes(std::string_view text) {
  if (!Json::accept(text) || !Json::parse(text).is_object()) {
    throw Error(ErrorCode::usage, "attributes must be one JSON object");
  }
}

std::string make_array(const ArrayMeta& meta) {
  using Kind = Compressor::Kind;
  const Compressor& c = meta.compressor;
  Json compressor;
  switch (c.kind) {
    case Kind::none:
      break;
    case Kind::blosc:
      compressor = {
          {"id", "blosc"}, {"cname", c.cname}, {"clevel", c.level}, {"shuffle", c.shuffle}, {"blocksize", c.blocksize}};
      break;
    case Kind::lz4:
      compressor = {{"id", "lz4"}, {"acceleration", c.level}};
      break;
    default:
      compressor = {{"id", c.kind == Kind::zstd ? "zstd" : c.kind == Kind::zlib ? "zlib" : "gzip"}, {"level", c.level}};
  }
  Json json = {{"zarr_format", 2},
               {"shape", meta.layout.shape},
               {"chunks", meta.layout.chunk},
               {"dtype", array::numpy_type(meta.layout.encoding.type)},
               {"compressor", compressor},
               {"fill_value", meta.layout.encoding.type == event::Type::boolean ? Json(false) : Json(0)},
               {"order", "C"},
               {"filters", nullptr}};
  if (meta.separator != '.') json["dimension_separator"] = std::string(1, meta.separator);
  return json.dump(4);
}

}  // namespace trigloop::io::zarr
