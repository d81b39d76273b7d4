#include "config/value.hpp"

#include <algorithm>
#include <utility>

namespace trigloop::config {

using Kind = Value::Kind;

Value Value::of(bool v) {
  Value made;
  made.kind = Kind::boolean;
  made.boolean = v;
  return made;
}

Value Value::of(std::int64_t v) {
  Value made;
  made.kind = Kind::integer;
  made.integer = v;
  return made;
}

Value Value::of(double v) {
  Value made;
  made.kind = Kind::number;
  made.number = v;
  return made;
}

Value Value::of(std::string v) {
  Value made;
  made.kind = Kind::text;
  made.text = std::move(v);
  return made;
}

const Value* Value::find(std::string_view key) const noexcept {
  const auto at = std::ranges::find(keys, key);
  return at == keys.end() ? nullptr : &items[static_cast<std::size_t>(at - keys.begin())];
}

Value* Value::find(std::string_view key) noexcept { return const_cast<Value*>(std::as_const(*this).find(key)); }

Value& Value::child(std::string_view key) {
  if (kind == Kind::null) kind = Kind::map;
  if (Value* found = find(key)) return *found;
  keys.emplace_back(key);
  return items.emplace_back();
}

bool Value::operator==(const Value& other) const {
  const auto is_number = [](const Value& v) { return v.kind == Kind::integer || v.kind == Kind::number; };
  if (kind != other.kind && is_number(*this) && is_number(other)) {
    const Value &whole = kind == Kind::integer ? *this : other, &real = kind == Kind::integer ? other : *this;
    return static_cast<double>(whole.integer) == real.number;
  }
  return kind == other.kind && boolean == other.boolean && integer == other.integer && number == other.number &&
         text == other.text && keys == other.keys && items == other.items;
}

}  // namespace trigloop::config
