// The strict reading of a map; see yaml.hpp.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "core/text.hpp"
#include "core/yaml.hpp"

namespace trigloop::core {
namespace {

using Kind = YamlNode::Kind;

std::string_view name_of(const YamlNode& node) {
  switch (node.kind) {
    case Kind::null:
      return "nothing";
    case Kind::list:
      return "a list";
    case Kind::map:
      return "a map";
    default:
      return "a text";
  }
}

template <class T>
std::optional<T> parse_number(const YamlNode& node) {
  if (node.quoted) return {};
  const char* first = node.text.data();
  const char* last = first + node.text.size();
  if (first != last && *first == '+') ++first;
  T value{};
  const auto [end, error] = std::from_chars(first, last, value);
  if (error != std::errc{} || end != last) return {};
  return value;
}

std::string shown(double value) {
  char text[32];
  const auto end = std::to_chars(text, text + sizeof(text), value).ptr;
  return {text, end};
}

}  // namespace

Section::Section(const YamlNode& node, std::string file, std::string path)
    : node_(&node),
      file_(std::move(file)),
      path_(std::move(path)),
      asked_(std::make_shared<std::vector<std::string>>()) {
  if (node.kind != Kind::map) throw error("", "is " + std::string(name_of(node)) + " where a map is needed");
}

Error Section::error(std::string_view key, std::string reason) const {
  const YamlNode* at = key.empty() ? node_ : find(key);
  const std::string path = path_of(key);
  Error e(ErrorCode::usage, std::move(reason));
  e.in("line " + std::to_string(at != nullptr ? at->line : node_->line) + (path.empty() ? "" : ", '" + path + "'"));
  return std::move(e.file(file_));
}

std::string Section::path_of(std::string_view key) const {
  if (key.empty()) return path_;
  return path_.empty() ? std::string(key) : path_ + "." + std::string(key);
}

const YamlNode* Section::find(std::string_view key) const {
  const auto at = std::ranges::find(node_->keys, key);
  return at == node_->keys.end() ? nullptr : &node_->children[static_cast<std::size_t>(at - node_->keys.begin())];
}

bool Section::has(std::string_view key) const {
  asked_->emplace_back(key);
  return find(key) != nullptr;
}

bool Section::is_map(std::string_view key) const { return has(key) && find(key)->kind == Kind::map; }

std::vector<std::string> Section::names() const {
  *asked_ = node_->keys;
  return node_->keys;
}

const YamlNode& Section::need(std::string_view key) const {
  if (has(key)) return *find(key);
  // A required key is often there, but mistyped.
  std::string reason = "needs a key '" + std::string(key) + "'";
  Error e = error("", std::move(reason));
  const std::string near = nearest(key, node_->keys);
  if (!near.empty()) e.remedy("Is '" + near + "' meant to be it?");
  throw e;
}

const YamlNode& Section::scalar(std::string_view key) const {
  const YamlNode& node = need(key);
  if (node.kind != Kind::scalar) throw error(key, "is " + std::string(name_of(node)) + " where one value is needed");
  return node;
}

std::string Section::text(std::string_view key, std::optional<std::string> fallback) const {
  if (fallback && !has(key)) return *fallback;
  return scalar(key).text;
}

std::int64_t Section::integer(std::string_view key, std::int64_t low, std::int64_t high,
                              std::optional<std::int64_t> fallback) const {
  if (fallback && !has(key)) return *fallback;
  const auto value = parse_number<std::int64_t>(scalar(key));
  if (!value) throw error(key, "is '" + scalar(key).text + "' where an integer is needed");
  if (*value < low || *value > high) {
    throw error(key, "is " + std::to_string(*value) + "; it must be from " + std::to_string(low) + " to " +
                         std::to_string(high));
  }
  return *value;
}

double Section::number(std::string_view key, double low, double high, std::optional<double> fallback) const {
  if (fallback && !has(key)) return *fallback;
  const auto value = parse_number<double>(scalar(key));
  if (!value || !std::isfinite(*value)) throw error(key, "is '" + scalar(key).text + "' where a number is needed");
  if (*value < low || *value > high) {
    throw error(key, "is " + shown(*value) + "; it must be from " + shown(low) + " to " + shown(high));
  }
  return *value;
}

bool Section::flag(std::string_view key, std::optional<bool> fallback) const {
  if (fallback && !has(key)) return *fallback;
  const std::string& text = scalar(key).text;
  if (text != "true" && text != "false") throw error(key, "is '" + text + "' where true or false is needed");
  return text == "true";
}

std::string Section::choice(std::string_view key, const std::vector<std::string>& names,
                            std::optional<std::string> fallback) const {
  std::string word = text(key, std::move(fallback));
  if (std::ranges::find(names, word) != names.end()) return word;
  std::string all;
  for (const std::string& name : names) all += (all.empty() ? "" : ", ") + name;
  Error e = error(key, "is '" + word + "'; it must be one of " + all);
  if (const std::string near = nearest(word, names); !near.empty()) e.remedy("Did you mean '" + near + "'?");
  throw e;
}

std::vector<std::string> Section::texts(std::string_view key) const {
  const YamlNode& node = need(key);
  if (node.kind != Kind::list) throw error(key, "is " + std::string(name_of(node)) + " where a list is needed");
  std::vector<std::string> all;
  for (const YamlNode& child : node.children) {
    if (child.kind != Kind::scalar)
      throw error(key, "holds " + std::string(name_of(child)) + " where words are needed");
    all.push_back(child.text);
  }
  return all;
}

Section Section::section(std::string_view key) const { return {need(key), file_, path_of(key)}; }

std::vector<Section> Section::sections(std::string_view key) const {
  const YamlNode& node = need(key);
  if (node.kind != Kind::list) throw error(key, "is " + std::string(name_of(node)) + " where a list is needed");
  std::vector<Section> all;
  for (std::size_t i = 0; i < node.children.size(); ++i) {
    all.push_back(Section(node.children[i], file_, path_of(key) + "[" + std::to_string(i) + "]"));
  }
  return all;
}

void Section::refuse_unknown() const {
  for (const std::string& key : node_->keys) {
    if (std::ranges::find(*asked_, key) != asked_->end()) continue;
    Error e = error(key, "is not a known key");
    if (const std::string near = nearest(key, *asked_); !near.empty()) e.remedy("Did you mean '" + near + "'?");
    throw e;
  }
}

}  // namespace trigloop::core
