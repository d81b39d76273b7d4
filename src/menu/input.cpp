#include "menu/input.hpp"

#include <optional>
#include <utility>

namespace trigloop::menu {
namespace {

std::uint64_t values_per_item(const io::ColumnInfo& column) {
  std::uint64_t product = 1;
  for (const std::uint64_t n : column.shape) product *= std::min<std::uint64_t>(n, UINT16_MAX);
  return product;
}

std::string collection_of(Kind kind) {
  static constexpr std::array<const char*, object_kinds> names{"Mu", "EG", "Tau", "Jet"};
  return is_sum(kind) ? "EtSum" : names[static_cast<std::size_t>(kind)];
}

/// First slot and number of slots of a kind.
std::optional<std::pair<std::uint32_t, std::uint32_t>> slots_of(Kind kind) {
  switch (kind) {
    case Kind::met:
      return {{0, 1}};
    case Kind::eg:
      return {{1, 12}};
    case Kind::mu:
      return {{13, 8}};
    case Kind::jet:
      return {{21, 12}};
    default:
      return {};
  }
}

}  // namespace

const io::ColumnInfo* find(const io::TableInfo& table, const std::string& name) {
  const auto at = std::ranges::find(table.columns, name, &io::ColumnInfo::name);
  return at == table.columns.end() ? nullptr : &*at;
}

bool is_integer(const io::ColumnInfo& column) {
  return column.type && !column.jagged && values_per_item(column) == 1 && !event::is_float(*column.type);
}

std::string LayoutInput::provide(Kind kind, Attribute attribute, ObjectSource& source) {
  const std::string collection = collection_of(kind);
  const auto owner = std::ranges::find(layout_.collections, collection, &event::Collection::name);
  if (owner == layout_.collections.end()) return "layout '" + layout_.name + "' has no collection " + collection;
  const auto field = std::ranges::find(owner->fields, name_of(attribute), &event::Field::name);
  if (field == owner->fields.end())
    return "collection " + collection + " of layout '" + layout_.name + "' has no field " +
           std::string(name_of(attribute));
  const io::ColumnInfo* column = find(table(), field->use.column);
  if (column == nullptr) return "there is no column '" + field->use.column + "'";
  if (!column->type || event::is_float(*column->type) || (column->jagged && values_per_item(*column) != 1))
    return "column '" + field->use.column + "' is of type " + column->type_name + ", not a list of hardware integers";
  source.columns[static_cast<std::size_t>(attribute)] = number_of(field->use.column);
  return "";
}

std::array<std::int32_t, 3> LayoutInput::keys() {
  std::array<std::int32_t, 3> numbers{no_column, no_column, no_column};
  const event::Key& key = layout_.key;
  const std::string* names[] = {&key.run, &key.orbit, &key.crossing};
  for (std::size_t i = 0; i < 3; ++i) {
    const io::ColumnInfo* column = names[i]->empty() ? nullptr : find(table(), *names[i]);
    if (column != nullptr && is_integer(*column)) numbers[i] = number_of(*names[i]);
  }
  return numbers;
}

std::string DenseInput::provide(Kind kind, Attribute attribute, ObjectSource& source) {
  if (kind == Kind::et) return sum(names_.et, attribute, 1, source);
  if (kind == Kind::ht) return sum(names_.ht, attribute, 2, source);
  const auto slots = slots_of(kind);
  if (!slots) return "array '" + names_.objects + "' has no " + std::string(name_of(kind));
  if (attribute > Attribute::phi)
    return "array '" + names_.objects + "' tells no " + std::string(name_of(attribute)) + " of objects";
  source.dense = true;
  source.first = slots->first;
  source.count = slots->second;
  source.columns[static_cast<std::size_t>(attribute)] = number_of(names_.objects);
  return "";
}

std::string DenseInput::sum(const std::string& name, Attribute attribute, double scale, ObjectSource& source) {
  const io::ColumnInfo* column = find(table(), name);
  if (column == nullptr || !column->type || column->jagged || values_per_item(*column) != 1)
    return "there is no column '" + name + "' of one number an event";
  if (attribute != Attribute::pt) return "column '" + name + "' tells no " + std::string(name_of(attribute));
  source.scale = scale;
  source.columns[static_cast<std::size_t>(attribute)] = number_of(name);
  return "";
}

}  // namespace trigloop::menu
