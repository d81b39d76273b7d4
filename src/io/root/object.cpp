#include "io/root/object.hpp"

namespace trigloop::io::root {

const Value* Object::find(std::string_view name) const noexcept {
  for (const auto& [member, value] : members) {
    if (member == name) return &value;
  }
  return nullptr;
}

std::int64_t Object::integer(std::string_view name, std::int64_t otherwise) const {
  const auto* found = find(name);
  if (found == nullptr) return otherwise;
  if (const auto* integer = std::get_if<std::int64_t>(found)) return *integer;
  // Entry counts were doubles once.
  const auto* number = std::get_if<double>(found);
  const bool fits = number != nullptr && *number >= -9e18 && *number <= 9e18;
  return fits ? static_cast<std::int64_t>(*number) : otherwise;
}

double Object::number(std::string_view name, double otherwise) const {
  const auto* found = find(name);
  if (found == nullptr) return otherwise;
  if (const auto* real = std::get_if<double>(found)) return *real;
  const auto* integer = std::get_if<std::int64_t>(found);
  return integer != nullptr ? static_cast<double>(*integer) : otherwise;
}

std::string Object::text(std::string_view name) const {
  const auto* found = find(name);
  const auto* text = found != nullptr ? std::get_if<std::string>(found) : nullptr;
  return text != nullptr ? *text : std::string();
}

std::vector<std::int64_t> Object::integers(std::string_view name) const {
  const auto* found = find(name);
  const auto* list = found != nullptr ? std::get_if<std::vector<std::int64_t>>(found) : nullptr;
  return list != nullptr ? *list : std::vector<std::int64_t>();
}

const Object* Object::object(std::string_view name) const {
  const auto* found = find(name);
  const auto* pointer = found != nullptr ? std::get_if<const Object*>(found) : nullptr;
  return pointer != nullptr ? *pointer : nullptr;
}

ObjectList Object::list(std::string_view name) const {
  const Object* array = object(name);
  const auto* found = array != nullptr ? array->find("items") : nullptr;
  const auto* items = found != nullptr ? std::get_if<ObjectList>(found) : nullptr;
  return items != nullptr ? *items : ObjectList();
}

}  // namespace trigloop::io::root
