#pragma once
// The number types that columns hold.
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

namespace trigloop::event {

enum class Type : std::uint8_t { boolean, int8, uint8, int16, uint16, int32, uint32, int64, uint64, float32, float64 };

/// Bytes per value.
constexpr std::size_t size_of(Type type) noexcept {
  switch (type) {
    case Type::boolean:
    case Type::int8:
    case Type::uint8:
      return 1;
    case Type::int16:
    case Type::uint16:
      return 2;
    case Type::int32:
    case Type::uint32:
    case Type::float32:
      return 4;
    default:
      return 8;
  }
}

constexpr bool is_float(Type type) noexcept { return type == Type::float32 || type == Type::float64; }

/// "bool", "int16", "float32", ...: the names that NumPy uses.
std::string_view name_of(Type type) noexcept;

template <class T>
constexpr Type type_of() {
  if constexpr (std::is_same_v<T, bool>)
    return Type::boolean;
  else if constexpr (std::is_same_v<T, float>)
    return Type::float32;
  else if constexpr (std::is_same_v<T, double>)
    return Type::float64;
  else {
    static_assert(std::is_integral_v<T>);
    constexpr int step = std::is_signed_v<T> ? 0 : 1;
    if constexpr (sizeof(T) == 1)
      return static_cast<Type>(1 + step);
    else if constexpr (sizeof(T) == 2)
      return static_cast<Type>(3 + step);
    else if constexpr (sizeof(T) == 4)
      return static_cast<Type>(5 + step);
    else
      return static_cast<Type>(7 + step);
  }
}

/// Calls f(T{}) with the C++ type of `type`. Booleans are stored as bytes and visited as bool.
template <class F>
constexpr decltype(auto) visit(Type type, F&& f) {
  switch (type) {
    case Type::boolean:
      return f(bool{});
    case Type::int8:
      return f(std::int8_t{});
    case Type::uint8:
      return f(std::uint8_t{});
    case Type::int16:
      return f(std::int16_t{});
    case Type::uint16:
      return f(std::uint16_t{});
    case Type::int32:
      return f(std::int32_t{});
    case Type::uint32:
      return f(std::uint32_t{});
    case Type::int64:
      return f(std::int64_t{});
    case Type::uint64:
      return f(std::uint64_t{});
    case Type::float32:
      return f(float{});
    default:
      return f(double{});
  }
}

}  // namespace trigloop::event
