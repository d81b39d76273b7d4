#include "scout/record/identity.hpp"

#include <nlohmann/json.hpp>

#include "core/error.hpp"
#include "core/json_writer.hpp"

namespace trigloop::scout {
namespace {

using core::Error;
using core::ErrorCode;
using nlohmann::json;

void texts(core::JsonWriter& out, std::string_view key, const std::vector<std::string>& values) {
  out.key(key).begin_array();
  for (const std::string& value : values) out.value(value);
  out.end_array();
}

TailLayout parse_tail_layout(const json& collections) {
  TailLayout layout;
  for (const json& collection : collections) {
    layout.collections.push_back(
        {collection.at("name").get<std::string>(), collection.at("fields").get<std::vector<std::string>>()});
  }
  return layout;
}

Identity parse(const json& object) {
  Identity identity;
  identity.model = object.at("model").get<std::string>();
  identity.model_name = object.at("model_name").get<std::string>();
  identity.fraction = object.at("fraction").get<int>();
  identity.menu = object.at("menu").get<std::string>();
  identity.menu_name = object.at("menu_name").get<std::string>();
  identity.seeds = object.at("seeds").get<std::vector<std::string>>();
  identity.layout = object.at("layout").get<std::string>();
  identity.stream = parse_stream(object.at("stream").get<std::string>(), "identity");
  identity.tail_rule.count = object.at("tail").at("count").get<std::uint32_t>();
  identity.tail_rule.threshold = object.at("tail").at("threshold").get<std::int64_t>();
  identity.tail_layout = parse_tail_layout(object.at("tail").at("collections"));
  identity.inputs_every = object.at("inputs_every").get<std::uint32_t>();
  return identity;
}

/// A value as people want to see it: hashes shortened, nothing as "none".
std::string shown(const std::string& value) {
  if (value.empty()) return "none";
  return value.size() == 64 ? value.substr(0, 12) : core::escaped(value);
}

class Differences {
 public:
  void compare(std::string_view what, const std::string& theirs, const std::string& ours) {
    if (theirs == ours) return;
    if (!text_.empty()) text_ += ", ";
    text_ += std::string(what) + " (" + shown(theirs) + " there, " + shown(ours) + " here)";
  }
  template <class T>
  void note(std::string_view what, const T& theirs, const T& ours) {
    if (!(theirs == ours)) text_ += (text_.empty() ? "" : ", ") + std::string(what);
  }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

}  // namespace

std::string format_identity(const Identity& identity) {
  core::JsonWriter out;
  out.begin_object().member("version", 1);
  out.member("model", identity.model).member("model_name", identity.model_name).member("fraction", identity.fraction);
  out.member("menu", identity.menu).member("menu_name", identity.menu_name);
  texts(out, "seeds", identity.seeds);
  out.member("layout", identity.layout).member("stream", format_stream(identity.stream));
  out.key("tail").begin_object();
  out.member("count", identity.tail_rule.count).member("threshold", identity.tail_rule.threshold);
  out.key("collections").begin_array();
  for (const TailLayout::Collection& collection : identity.tail_layout.collections) {
    out.begin_object().member("name", collection.name);
    texts(out, "fields", collection.fields);
    out.end_object();
  }
  out.end_array().end_object();
  out.member("inputs_every", identity.inputs_every).end_object();
  return out.text() + "\n";
}

Identity parse_identity(std::string_view text) {
  try {
    const json object = json::parse(text);
    if (const int version = object.at("version").get<int>(); version != 1) {
      throw Error(ErrorCode::unsupported,
                  "the identity is of version " + std::to_string(version) + "; version 1 is read");
    }
    return parse(object);
  } catch (const json::exception&) {
    throw Error(ErrorCode::damaged, "the identity is no JSON object with the keys that it must have");
  }
}

std::string model_in_words(const Identity& identity) {
  return identity.model.substr(0, 12) + " (" + core::escaped(identity.model_name) + ")";
}

std::string difference(const Identity& theirs, const Identity& ours) {
  Differences differences;
  differences.compare("the model", theirs.model, ours.model);
  differences.compare("the score's fraction", std::to_string(theirs.fraction), std::to_string(ours.fraction));
  differences.compare("the menu", theirs.menu, ours.menu);
  differences.note("the menu's seeds", theirs.seeds, ours.seeds);
  differences.compare("the layout", theirs.layout, ours.layout);
  differences.compare("the stream's description", format_stream(theirs.stream), format_stream(ours.stream));
  differences.compare("the tail's size", std::to_string(theirs.tail_rule.count), std::to_string(ours.tail_rule.count));
  differences.compare("the tail's threshold", std::to_string(theirs.tail_rule.threshold),
                      std::to_string(ours.tail_rule.threshold));
  differences.note("the objects of the tail", theirs.tail_layout, ours.tail_layout);
  differences.compare("the part of the orbits in input histograms", std::to_string(theirs.inputs_every),
                      std::to_string(ours.inputs_every));
  return differences.take();
}

}  // namespace trigloop::scout
