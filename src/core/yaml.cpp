#include "core/yaml.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <sstream>
#include <unordered_map>
#include <utility>

namespace trigloop::core {
namespace {

using Kind = YamlNode::Kind;

struct Extent {
  std::size_t values = 1, depth = 1;
};

Extent extent_of(const YamlNode& node) {
  Extent all;
  for (const YamlNode& child : node.children) {
    const Extent one = extent_of(child);
    all.values += one.values;
    all.depth = std::max(all.depth, one.depth + 1);
  }
  return all;
}

/// Builds the tree from the parser's events. Limits are checked before anything is copied.
class Builder final : public YAML::EventHandler {
 public:
  Builder(const std::string& name, const YamlLimits& limits) : name_(name), limits_(limits) {}

  YamlNode take() { return std::move(root_); }
  bool complete() const { return done_; }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    if (waits_for_key()) return take_key("", mark);
    add(leaf(Kind::null, mark), anchor);
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    if (waits_for_key()) return take_key(value, mark);
    YamlNode node = leaf(Kind::scalar, mark);
    node.text = value;
    node.quoted = tag == "!";
    if (!node.quoted && (value == "~" || value == "null")) node.kind = Kind::null;
    add(std::move(node), anchor);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    if (waits_for_key()) fail(mark, "an alias as a key is not supported");
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) fail(mark, "an alias within the value that it names");
    const Extent extent = extent_of(found->second);
    count(extent.values, mark.line + 1);
    check_depth(open_.size() + extent.depth, mark.line + 1);
    add(found->second, 0);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(Kind::list, mark, anchor);
  }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(Kind::map, mark, anchor);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapEnd() override { close(); }

 private:
  struct Open {
    YamlNode node;
    YAML::anchor_t anchor;
  };

  Error error_at(int line, std::string reason, ErrorCode code = ErrorCode::usage) const {
    return std::move(Error(code, std::move(reason)).file(name_).in("line " + std::to_string(line)));
  }
  [[noreturn]] void fail(const YAML::Mark& mark, std::string reason) const {
    throw error_at(mark.line + 1, std::move(reason));
  }
  void count(std::size_t values, int line) {
    values_ += values;
    if (values_ > limits_.values) {
      throw error_at(line, "more than " + std::to_string(limits_.values) + " values, aliases expanded",
                     ErrorCode::limit);
    }
  }
  void check_depth(std::size_t depth, int line) const {
    if (depth > limits_.depth) {
      throw error_at(line, "nested deeper than " + std::to_string(limits_.depth) + " levels", ErrorCode::limit);
    }
  }
  YamlNode leaf(Kind kind, const YAML::Mark& mark) {
    count(1, mark.line + 1);
    check_depth(open_.size() + 1, mark.line + 1);
    YamlNode node;
    node.kind = kind;
    node.line = mark.line + 1;
    return node;
  }
  bool waits_for_key() const {
    return !open_.empty() && open_.back().node.kind == Kind::map &&
           open_.back().node.keys.size() == open_.back().node.children.size();
  }
  void take_key(const std::string& key, const YAML::Mark& mark) {
    auto& keys = open_.back().node.keys;
    if (std::ranges::find(keys, key) != keys.end()) fail(mark, "key '" + key + "' occurs twice");
    // Maps are searched linearly: configurations have tens of keys, and a limit keeps hostile ones quick.
    if (keys.size() == 1000) fail(mark, "more than 1000 keys in a map");
    keys.push_back(key);
  }
  void open(Kind kind, const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (waits_for_key()) fail(mark, "a key must be a plain word");
    open_.push_back({leaf(kind, mark), anchor});
  }
  void close() {
    Open top = std::move(open_.back());
    open_.pop_back();
    add(std::move(top.node), top.anchor);
  }
  void add(YamlNode node, YAML::anchor_t anchor) {
    if (anchor != 0) {
      count(extent_of(node).values, node.line);
      anchors_.insert_or_assign(anchor, node);
    }
    if (open_.empty()) {
      root_ = std::move(node);
      done_ = true;
    } else {
      open_.back().node.children.push_back(std::move(node));
    }
  }

  const std::string& name_;
  const YamlLimits& limits_;
  std::vector<Open> open_;
  std::unordered_map<YAML::anchor_t, YamlNode> anchors_;
  std::size_t values_ = 0;
  YamlNode root_;
  bool done_ = false;
};

}  // namespace

YamlNode parse_yaml(std::string_view text, const std::string& name, const YamlLimits& limits) {
  if (text.size() > limits.bytes) {
    throw Error(ErrorCode::limit, "has " + std::to_string(text.size()) + " bytes; a configuration has at most " +
                                      std::to_string(limits.bytes))
        .file(name);
  }
  std::istringstream stream{std::string(text)};
  Builder builder(name, limits);
  try {
    YAML::Parser parser(stream);
    if (!parser.HandleNextDocument(builder) || !builder.complete()) {
      throw Error(ErrorCode::usage, "holds no YAML document").file(name);
    }
    Builder more(name, limits);
    if (parser.HandleNextDocument(more)) throw Error(ErrorCode::usage, "holds more than one YAML document").file(name);
  } catch (const YAML::Exception& e) {
    throw Error(ErrorCode::usage, "is not valid YAML: " + e.msg)
        .file(name)
        .in("line " + std::to_string(e.mark.line + 1));
  }
  return builder.take();
}

}  // namespace trigloop::core
