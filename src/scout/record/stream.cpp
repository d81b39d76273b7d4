#include "scout/record/stream.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <functional>
#include <limits>

#include "core/error.hpp"
#include "core/file.hpp"
#include "core/units.hpp"
#include "core/yaml.hpp"

namespace trigloop::scout {
namespace {

using core::Error;
using core::ErrorCode;
using core::Section;

const std::vector<std::string> sampling_names{"all", "nonempty", "random"};

/// Items like 7 and "1-36".
std::vector<bool> parse_crossings(const Section& map, const std::string& key) {
  std::vector<bool> all(core::crossings_per_orbit + 1);
  for (const std::string& item : map.texts(key)) {
    const auto crossings = event::parse_crossings(item);
    if (!crossings)
      throw map.error(key, "'" + core::escaped(item) + "' is no crossing (0 to 3564) and no range of them");
    std::transform(all.begin(), all.end(), crossings->begin(), all.begin(), std::logical_or<>());
  }
  return all;
}

std::uint32_t count(const std::vector<bool>& colliding) {
  return static_cast<std::uint32_t>(std::count(colliding.begin(), colliding.end(), true));
}

void parse_colliding(const Section& map, StreamDescription& stream) {
  if (map.has("colliding_bunches")) {
    stream.colliding_bunches =
        static_cast<std::uint32_t>(map.integer("colliding_bunches", 1, core::crossings_per_orbit));
  }
  if (!map.has("filling_scheme")) return;
  stream.colliding = parse_crossings(map, "filling_scheme");
  const std::uint32_t bunches = count(stream.colliding);
  if (bunches == 0) throw map.error("filling_scheme", "no crossing collides");
  if (stream.colliding_bunches && *stream.colliding_bunches != bunches) {
    throw map.error("colliding_bunches", std::to_string(*stream.colliding_bunches) +
                                             " colliding bunches are declared, but the filling scheme has " +
                                             std::to_string(bunches));
  }
}

void parse_choice(const Section& map, StreamDescription& stream) {
  if (map.has("prescale"))
    stream.choice.prescale = static_cast<std::uint32_t>(map.integer("prescale", 1, 1'000'000'000));
  if (!map.has("crossings")) return;
  stream.choice.crossings = parse_crossings(map, "crossings");
  if (count(stream.choice.crossings) == 0) throw map.error("crossings", "none is chosen");
  if (stream.colliding_bunches && stream.colliding.empty()) {
    throw map.error("crossings",
                    "how many of them collide is not known from the number of colliding bunches alone: give "
                    "a filling_scheme, or leave colliding_bunches out");
  }
  if (!stream.colliding.empty() && colliding_bunches(stream) == 0)
    throw map.error("crossings", "none of them collides by the filling scheme");
}

/// As a list of YAML.
std::string format_list(const std::vector<bool>& crossings) {
  std::string text = "[\"";
  for (const char c : event::format_crossings(crossings)) c == ',' ? text += "\", \"" : text += c;
  return text + "\"]\n";
}

}  // namespace

std::uint32_t colliding_bunches(const StreamDescription& stream) noexcept {
  std::uint32_t n = 0;
  for (std::uint32_t i = 0; i < stream.colliding.size(); ++i)
    n += stream.colliding[i] && stream.choice.chooses(i) ? 1 : 0;
  return n;
}

StreamDescription parse_stream(std::string_view text, const std::string& name) {
  const core::YamlNode root = core::parse_yaml(text, name);
  const Section file(root, name);
  const Section map = file.section("stream");
  StreamDescription stream;
  const std::string sampling = map.choice("sampling", sampling_names, "random");
  stream.sampling = static_cast<Sampling>(std::ranges::find(sampling_names, sampling) - sampling_names.begin());
  if (map.has("kept_fraction")) {
    stream.kept_fraction = map.number("kept_fraction", std::numeric_limits<double>::min(), 1);
    if (stream.sampling != Sampling::random && *stream.kept_fraction != 1) {
      throw map.error("kept_fraction", "sampling '" + sampling + "' keeps all of them, but " +
                                           map.text("kept_fraction") + " is declared");
    }
  }
  parse_colliding(map, stream);
  parse_choice(map, stream);
  map.refuse_unknown();
  file.refuse_unknown();
  return stream;
}

StreamDescription load_stream(const std::filesystem::path& path) {
  return parse_stream(core::read_text(path), path.native());
}

std::string format_stream(const StreamDescription& stream) {
  std::string text = "stream:\n  sampling: " + sampling_names[static_cast<std::size_t>(stream.sampling)] + '\n';
  if (stream.kept_fraction) {
    char digits[32];
    const auto end = std::to_chars(digits, digits + sizeof digits, *stream.kept_fraction).ptr;
    text += "  kept_fraction: " + std::string(digits, end) + '\n';
  }
  if (stream.colliding_bunches) text += "  colliding_bunches: " + std::to_string(*stream.colliding_bunches) + '\n';
  if (!stream.colliding.empty()) text += "  filling_scheme: " + format_list(stream.colliding);
  if (!stream.choice.crossings.empty()) text += "  crossings: " + format_list(stream.choice.crossings);
  if (stream.choice.prescale > 1) text += "  prescale: " + std::to_string(stream.choice.prescale) + '\n';
  return text;
}

}  // namespace trigloop::scout
