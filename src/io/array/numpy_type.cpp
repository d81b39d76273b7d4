#include "io/array/numpy_type.hpp"

#include <bit>
#include <optional>

#include "core/error.hpp"

namespace trigloop::io::array {
namespace {

using event::Type;

std::optional<Type> numeric(char kind, char bytes) {
  const int index = bytes == '1' ? 0 : bytes == '2' ? 1 : bytes == '4' ? 2 : bytes == '8' ? 3 : -1;
  if (index < 0) return std::nullopt;
  constexpr Type ints[] = {Type::int8, Type::int16, Type::int32, Type::int64};
  constexpr Type uints[] = {Type::uint8, Type::uint16, Type::uint32, Type::uint64};
  if (kind == 'i') return ints[index];
  if (kind == 'u') return uints[index];
  if (kind == 'b' && index == 0) return Type::boolean;
  if (kind == 'f' && index == 2) return Type::float32;
  if (kind == 'f' && index == 3) return Type::float64;
  return std::nullopt;
}

std::string why_not(std::string_view text) {
  if (text.find('[') != std::string_view::npos) return "structured records are not read";
  switch (text.size() > 1 ? text[1] : '?') {
    case 'O':
      return "Python objects are stored pickled, and pickles are never opened";
    case 'S':
    case 'U':
    case 'a':
      return "strings are not numbers";
    case 'c':
      return "complex numbers are not read";
    case 'm':
    case 'M':
      return "dates and time spans are not read";
    case 'V':
      return "raw records are not read";
    case 'f':
      return "floats of this width differ between machines and are not read";
    default:
      return "the type is not known";
  }
}

}  // namespace

Encoding parse_numpy_type(std::string_view text) {
  const bool ordered = text.size() == 3 && (text[0] == '<' || text[0] == '>' || text[0] == '|' || text[0] == '=');
  const bool little = std::endian::native == std::endian::little;
  Encoding encoding;
  if (ordered) {
    encoding.swapped = text[0] == (little ? '>' : '<');
    if (text.substr(1) == "f2") {
      encoding.half = true;
      encoding.type = Type::float32;
      return encoding;
    }
    if (const auto type = numeric(text[1], text[2])) {
      encoding.type = *type;
      return encoding;
    }
  }
  throw core::Error(core::ErrorCode::unsupported, "type " + std::string(text.substr(0, 100)) + ": " + why_not(text));
}

std::string numpy_type(Type type) {
  const std::size_t bytes = event::size_of(type);
  const auto name = event::name_of(type);
  std::string text = bytes == 1 ? "|" : std::endian::native == std::endian::little ? "<" : ">";
  text += name[0];  // bool, int, uint, float: NumPy's kinds are their first letters
  return text + std::to_string(bytes);
}

}  // namespace trigloop::io::array
