#include "config/merge.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "core/text.hpp"

namespace trigloop::config {
namespace {

using core::Error;
using core::ErrorCode;
using core::YamlNode;
using NodeKind = YamlNode::Kind;

template <class T>
std::optional<T> parsed(const YamlNode& node) {
  if (node.kind != NodeKind::scalar || node.quoted) return {};
  const char *first = node.text.data(), *last = first + node.text.size();
  if (first != last && *first == '+') ++first;
  T value{};
  const auto [end, error] = std::from_chars(first, last, value);
  if (error != std::errc() || end != last) return {};
  return value;
}

/// The spellings of YAML 1.1, which PyYAML reads.
std::optional<bool> parsed_flag(const YamlNode& node) {
  static const std::vector<std::string> yes = {"true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON"};
  static const std::vector<std::string> no = {"false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF"};
  if (node.kind != NodeKind::scalar || node.quoted) return {};
  if (std::ranges::find(yes, node.text) != yes.end()) return true;
  if (std::ranges::find(no, node.text) != no.end()) return false;
  return {};
}

std::string shown(const YamlNode& node) {
  switch (node.kind) {
    case NodeKind::null:
      return "nothing";
    case NodeKind::list:
      return "a list";
    case NodeKind::map:
      return "a map";
    default:
      return "'" + core::escaped(node.text.substr(0, 100)) + "'";
  }
}

Value text(const std::string& content) {
  if (!is_utf8(content)) throw Error(ErrorCode::usage, "is not UTF-8: '" + core::escaped(content.substr(0, 100)) + "'");
  return Value::of(content);
}

[[noreturn]] void refuse(const YamlNode& node, const Key& key) {
  throw Error(ErrorCode::usage, "is " + shown(node) + "; it must be " + describe(key));
}

Value number(const YamlNode& node, const Key& key, bool whole) {
  const auto integer = parsed<std::int64_t>(node);
  const auto real = parsed<double>(node);
  if (whole ? !integer : (!real || !std::isfinite(*real))) refuse(node, key);
  if (*real < key.low || *real > key.high) refuse(node, key);
  return integer ? Value::of(*integer) : Value::of(*real);
}

Value choice(const YamlNode& node, const Key& key) {
  const std::vector<std::string> names = choices_of(key);
  if (node.kind == NodeKind::scalar && std::ranges::find(names, node.text) != names.end()) return Value::of(node.text);
  Error e(ErrorCode::usage, "is " + shown(node) + "; it must be " + describe(key));
  if (const std::string near = core::nearest(node.text, names); !near.empty()) e.remedy("Did you mean '" + near + "'?");
  throw e;
}

Value list(const YamlNode& node, const Key& key) {
  if (node.kind != NodeKind::list || (key.type == Type::pair && node.children.size() != 2)) refuse(node, key);
  Value made;
  made.kind = Value::Kind::list;
  for (const YamlNode& child : node.children) {
    if (key.type == Type::flags) {
      const auto flag = parsed_flag(child);
      if (!flag) refuse(child, key);
      made.items.push_back(Value::of(*flag));
    } else {
      made.items.push_back(number(child, key, key.type != Type::numbers));
    }
  }
  return made;
}

Value typed(const YamlNode& node, const Key& key) {
  if (key.nullable && node.kind == NodeKind::null) return {};
  switch (key.type) {
    case Type::flag:
      if (const auto flag = parsed_flag(node)) return Value::of(*flag);
      refuse(node, key);
    case Type::integer:
    case Type::number:
      return number(node, key, key.type == Type::integer);
    case Type::text:
    case Type::path:
      if (node.kind == NodeKind::scalar) return text(node.text);
      refuse(node, key);
    case Type::choice:
      return choice(node, key);
    case Type::any:
      return convert(node);
    default:
      return list(node, key);
  }
}

Error placed(Error e, const YamlNode& node, const std::string& path, const std::string& file) {
  const std::string line = node.line > 0 ? "line " + std::to_string(node.line) : "";
  const std::string key = path.empty() ? "" : "'" + path + "'";
  e.in(line + (line.empty() || key.empty() ? "" : ", ") + key).file(file);
  return e;
}

}  // namespace

Error unknown_key(std::string_view name, std::string_view path) {
  Error e(ErrorCode::usage, "is not a known key");
  const std::vector<std::string> names = names_below(path);
  if (const std::string near = core::nearest(name, names); !near.empty()) {
    e.remedy("Did you mean '" + near + "'?");
  } else {
    std::string all;
    for (const std::string& one : names) all += (all.empty() ? "" : ", ") + one;
    e.remedy("Known here: " + all);
  }
  return e;
}

Value convert(const YamlNode& node, const Key& key) {
  Value made = typed(node, key);
  made.line = node.line;
  return made;
}

Value convert(const YamlNode& node) {
  Value made;
  if (node.kind == NodeKind::list || node.kind == NodeKind::map) {
    made.kind = node.kind == NodeKind::list ? Value::Kind::list : Value::Kind::map;
    for (const std::string& key : node.keys) made.keys.push_back(text(key).text);
    for (const YamlNode& child : node.children) made.items.push_back(convert(child));
  } else if (const auto flag = parsed_flag(node)) {
    made = Value::of(*flag);
  } else if (const auto integer = parsed<std::int64_t>(node)) {
    made = Value::of(*integer);
  } else if (const auto real = parsed<double>(node); real && std::isfinite(*real)) {
    made = Value::of(*real);
  } else if (node.kind == NodeKind::scalar) {
    made = text(node.text);
  }
  made.line = node.line;
  return made;
}

void merge(Value& into, const YamlNode& node, const std::string& path, const std::string& file,
           std::vector<Error>& problems) {
  if (node.kind == NodeKind::null) return;  // "train:" with nothing below it
  if (node.kind != NodeKind::map) {
    problems.push_back(
        placed(Error(ErrorCode::usage, "is " + shown(node) + " where a map of keys is needed"), node, path, file));
    return;
  }
  for (std::size_t i = 0; i < node.keys.size(); ++i) {
    const std::string name(canonical(node.keys[i]));
    std::string below = path;
    below.append(path.empty() ? "" : ".").append(name);
    const YamlNode& child = node.children[i];
    try {
      if (const Key* key = find_key(below)) {
        into.child(name) = convert(child, *key);
      } else if (is_section(below)) {
        merge(into.child(name), child, below, file, problems);
      } else {
        throw unknown_key(name, path);
      }
    } catch (const Error& e) {
      problems.push_back(placed(e, child, below, file));
    }
  }
}

}  // namespace trigloop::config
