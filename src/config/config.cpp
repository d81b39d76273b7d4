#include "config/config.hpp"

#include <algorithm>
#include <utility>

#include "config/merge.hpp"
#include "core/file.hpp"

namespace trigloop::config {
namespace {

using core::Error;
using core::ErrorCode;
using Kind = Value::Kind;

[[noreturn]] void fault(std::string_view path, const char* what) {
  throw Error(ErrorCode::internal, "the configuration was asked for '" + std::string(path) + "', " + what);
}

/// Data.h5 keeps the section data_config alone.
core::YamlNode whole(core::YamlNode node) {
  if (node.kind != core::YamlNode::Kind::map || std::ranges::find(node.keys, "Read_configs") == node.keys.end())
    return node;
  core::YamlNode root;
  root.kind = core::YamlNode::Kind::map;
  root.line = node.line;
  root.keys = {"data_config"};
  root.children.push_back(std::move(node));
  return root;
}

void remove(Value& map, std::string_view key) {
  const auto at = std::ranges::find(map.keys, key);
  if (at == map.keys.end()) return;
  map.items.erase(map.items.begin() + (at - map.keys.begin()));
  map.keys.erase(at);
}

/// Older packages kept `constituents` in both of its parts; today one of Read_configs counts for both.
void adopt_older(Value& root, const std::string& file, std::vector<Error>& problems) {
  Value& read = root.child("data_config").child("Read_configs");
  Value *background = read.find("BACKGROUND"), *signal = read.find("SIGNAL");
  const Value *mine = background->find("constituents"), *other = signal->find("constituents");
  if (mine != nullptr && other != nullptr && !(*mine == *other)) {
    problems.push_back(Error(ErrorCode::usage, "differs between BACKGROUND and SIGNAL, which one network cannot read")
                           .in("'data_config.Read_configs.SIGNAL.constituents'")
                           .file(file));
  }
  const Value* kept = mine != nullptr ? mine : other;
  if (kept == nullptr) return;
  for (std::size_t i = 0; i < kept->keys.size(); ++i) read.child("constituents").child(kept->keys[i]) = kept->items[i];
  // There, too, the ranges of the parts are those that were read.
  const Value* ranges = (mine != nullptr ? background : signal)->find("object_ranges");
  if (ranges != nullptr) read.child("object_ranges") = *ranges;
  remove(*background, "constituents");
  remove(*signal, "constituents");
}

Value merged(std::string_view text, const std::string& name, std::vector<Error>& problems) {
  Value root = Config::master().root();
  try {
    merge(root, whole(core::parse_yaml(text, name)), "", name, problems);
    adopt_older(root, name, problems);
  } catch (Error& e) {
    problems.push_back(std::move(e));
  }
  return root;
}

Value parse_master() {
  Value root;
  root.kind = Kind::map;
  std::vector<Error> problems;
  merge(root, core::parse_yaml(master_text(), "master configuration"), "", "master configuration", problems);
  if (!problems.empty()) throw Error(ErrorCode::internal, problems.front().what());
  return root;
}

/// Lines are of the user's file alone.
void forget_lines(Value& value) {
  value.line = 0;
  for (Value& item : value.items) forget_lines(item);
}

/// The keys that `keep` wants, and the sections that are not empty then.
template <class Keep>
Value filtered(const Value& section, const std::string& path, const Keep& keep) {
  Value out;
  out.kind = Kind::map;
  for (std::size_t i = 0; i < section.keys.size(); ++i) {
    const std::string below = path.empty() ? section.keys[i] : path + "." + section.keys[i];
    if (const Key* key = find_key(below)) {
      if (keep(*key)) out.child(section.keys[i]) = section.items[i];
    } else if (Value part = filtered(section.items[i], below, keep); !part.items.empty()) {
      out.child(section.keys[i]) = std::move(part);
    }
  }
  return out;
}

}  // namespace

const Config& Config::master() {
  static const Config made = [] {
    Value root = parse_master();
    forget_lines(root);
    return Config(std::move(root), "master configuration");
  }();
  return made;
}

std::vector<Error> Config::problems(std::string_view text, const std::string& name) {
  std::vector<Error> found;
  merged(text, name, found);
  return found;
}

Config Config::parse(std::string_view text, const std::string& name) {
  std::vector<Error> problems;
  Value root = merged(text, name, problems);
  if (!problems.empty()) throw problems.front();
  return {std::move(root), name};
}

Config Config::load(const std::filesystem::path& path) {
  return parse(core::read_text(path, core::YamlLimits{}.bytes), path.native());
}

const Value* Config::find(std::string_view path) const {
  const Value* at = &root_;
  while (at != nullptr && !path.empty()) {
    const auto dot = std::min(path.find('.'), path.size());
    at = at->find(path.substr(0, dot));
    path.remove_prefix(std::min(dot + 1, path.size()));
  }
  return at;
}

const Value& Config::at(std::string_view path) const {
  const Value* found = find(path);
  if (found == nullptr) fault(path, "which there is not");
  return *found;
}

bool Config::has(std::string_view path) const {
  const Value* found = find(path);
  return found != nullptr && found->kind != Kind::null;
}

bool Config::flag(std::string_view path) const {
  const Value& v = at(path);
  if (v.kind != Kind::boolean) fault(path, "which is no flag");
  return v.boolean;
}

std::int64_t Config::integer(std::string_view path) const {
  const Value& v = at(path);
  if (v.kind != Kind::integer) fault(path, "which is no integer");
  return v.integer;
}

double Config::number(std::string_view path) const {
  const Value& v = at(path);
  if (v.kind != Kind::integer && v.kind != Kind::number) fault(path, "which is no number");
  return v.kind == Kind::integer ? static_cast<double>(v.integer) : v.number;
}

const std::string& Config::text(std::string_view path) const {
  const Value& v = at(path);
  if (v.kind != Kind::text && v.kind != Kind::null) fault(path, "which is no text");
  return v.text;
}

std::vector<bool> Config::flags(std::string_view path) const {
  std::vector<bool> out;
  for (const Value& v : at(path).items) out.push_back(v.boolean);
  return out;
}

std::vector<std::int64_t> Config::integers(std::string_view path) const {
  std::vector<std::int64_t> out;
  for (const Value& v : at(path).items) out.push_back(v.integer);
  return out;
}

std::vector<double> Config::numbers(std::string_view path) const {
  std::vector<double> out;
  for (const Value& v : at(path).items)
    out.push_back(v.kind == Kind::integer ? static_cast<double>(v.integer) : v.number);
  return out;
}

void Config::set(std::string_view path, std::string_view yaml) {
  const std::string place = "'" + std::string(path) + "'";
  try {
    const Key* key = find_key(path);
    if (key == nullptr) {
      if (is_section(path)) throw Error(ErrorCode::usage, "is a section, not a key");
      const auto dot = path.rfind('.');
      throw unknown_key(path.substr(dot + 1), path.substr(0, dot == path.npos ? 0 : dot));
    }
    Value made = convert(core::parse_yaml(yaml, ""), *key);
    forget_lines(made);
    Value* at = &root_;
    for (std::string_view rest = path; !rest.empty();) {
      const auto dot = std::min(rest.find('.'), rest.size());
      at = &at->child(rest.substr(0, dot));
      rest.remove_prefix(std::min(dot + 1, rest.size()));
    }
    *at = std::move(made);
  } catch (Error& e) {
    e.in(place);
    throw;
  }
}

void Config::set_text(std::string_view assignment) {
  const auto equals = assignment.find('=');
  if (equals == assignment.npos)
    throw Error(ErrorCode::usage, "'" + core::escaped(assignment) + "' sets nothing").remedy("Write KEY=VALUE");
  set(assignment.substr(0, equals), assignment.substr(equals + 1));
}

std::vector<Difference> Config::differences() const {
  std::vector<Difference> out;
  for (const Key& key : keys()) {
    const Value *theirs = master().find(key.path), *mine = find(key.path);
    const Value none;
    const Value &a = theirs != nullptr ? *theirs : none, &b = mine != nullptr ? *mine : none;
    if (!(a == b)) out.push_back({std::string(key.path), a, b});
  }
  return out;
}

Value Config::package_part() const {
  return filtered(root_, "", [](const Key& key) { return key.origin == Origin::package; });
}

Error Config::error(std::string_view path, std::string reason) const {
  Error e(ErrorCode::usage, std::move(reason));
  const Value* v = find(path);
  const std::string place = "'" + std::string(path) + "'";
  e.in(v != nullptr && v->line > 0 ? "line " + std::to_string(v->line) + ", " + place : place);
  return std::move(e.file(name_));
}

}  // namespace trigloop::config
