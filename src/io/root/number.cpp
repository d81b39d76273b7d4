#include "io/root/number.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace trigloop::io::root {
namespace {

using event::Type;

Number packed_number(std::string_view title, bool float16) {
  return {float16 ? Type::float32 : Type::float64, Encoding::packed, PackedFloat::parse(title, float16)};
}

}  // namespace

std::optional<Number> number_of_code(int code, std::string_view title) {
  switch (code) {
    case element::character:
    case element::legacy_char:
      return Number{Type::int8};
    case element::int16:
      return Number{Type::int16};
    case element::int32:
    case element::counter:
      return Number{Type::int32};
    case element::long_integer:
    case element::int64:
      return Number{Type::int64};
    case element::float32:
      return Number{Type::float32};
    case element::float64:
      return Number{Type::float64};
    case element::uint8:
      return Number{Type::uint8};
    case element::uint16:
      return Number{Type::uint16};
    case element::uint32:
      return Number{Type::uint32};
    case element::bits:
      return Number{Type::uint32, Encoding::object_bits};
    case element::ulong_integer:
    case element::uint64:
      return Number{Type::uint64};
    case element::boolean:
      return Number{Type::boolean, Encoding::boolean};
    case element::float16:
    case element::double32:
      return packed_number(title, code == element::float16);
    default:
      return std::nullopt;
  }
}

std::optional<Number> number_of_leaf_class(const LeafInfo& leaf) {
  struct Row {
    std::string_view name;
    Type type, unsigned_type;
  };
  static constexpr std::array<Row, 7> rows = {{{"TLeafB", Type::int8, Type::uint8},
                                               {"TLeafS", Type::int16, Type::uint16},
                                               {"TLeafI", Type::int32, Type::uint32},
                                               {"TLeafL", Type::int64, Type::uint64},
                                               {"TLeafG", Type::int64, Type::uint64},
                                               {"TLeafF", Type::float32, Type::float32},
                                               {"TLeafD", Type::float64, Type::float64}}};
  if (leaf.class_name == "TLeafO") return Number{Type::boolean, Encoding::boolean};
  if (leaf.class_name == "TLeafF16") return packed_number(leaf.title, true);
  if (leaf.class_name == "TLeafD32") return packed_number(leaf.title, false);
  const auto found = std::ranges::find(rows, leaf.class_name, &Row::name);
  if (found == rows.end()) return std::nullopt;
  return Number{leaf.is_unsigned ? found->unsigned_type : found->type};
}

std::optional<Number> number_of_vector(std::string_view type_name) {
  for (const std::string_view prefix : {"std::", "ROOT::VecOps::R", "ROOT::R"}) {
    if (type_name.starts_with(prefix)) type_name.remove_prefix(prefix.size());
  }
  if (!(type_name.starts_with("vector<") || type_name.starts_with("Vec<")) || !type_name.ends_with(">")) {
    return std::nullopt;
  }
  type_name.remove_prefix(type_name.find('<') + 1);
  std::string_view item = type_name.substr(0, type_name.size() - 1);
  item = item.substr(0, item.find(','));  // an allocator may follow
  struct Row {
    int code;
    std::string_view names;  ///< between bars
  };
  static constexpr std::array<Row, 12> rows = {{
      {element::boolean, "|bool|Bool_t|"},
      {element::character, "|char|Char_t|signed char|int8_t|"},
      {element::uint8, "|unsigned char|UChar_t|uint8_t|"},
      {element::int16, "|short|Short_t|int16_t|"},
      {element::uint16, "|unsigned short|UShort_t|uint16_t|"},
      {element::int32, "|int|Int_t|int32_t|"},
      {element::uint32, "|unsigned int|UInt_t|uint32_t|"},
      {element::int64, "|long|Long_t|long long|Long64_t|int64_t|"},
      {element::uint64, "|unsigned long|ULong_t|unsigned long long|ULong64_t|uint64_t|"},
      {element::float32, "|float|Float_t|"},
      {element::float64, "|double|Double_t|"},
      {element::double32, "|Double32_t|"},
  }};
  const std::string word = "|" + std::string(item) + "|";
  const auto found = std::ranges::find_if(rows, [&](const Row& row) { return row.names.find(word) != row.names.npos; });
  if (found == rows.end()) return std::nullopt;
  return number_of_code(found->code, "");
}

}  // namespace trigloop::io::root
