#include "scout/record/stream.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
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

std::optional<unsigned> crossing_number(std::string_view text) {
  unsigned number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number > core::crossings_per_orbit) return {};
  return number;
}

/// Items like 7 and "1-36".
std::vector<bool> parse_scheme(const Section& map) {
  std::vector<bool> colliding(core::crossings_per_orbit + 1);
  for (const std::string& item : map.texts("filling_scheme")) {
    const std::size_t dash = item.find('-');
    const auto first = crossing_number(item.substr(0, dash));
    const auto last = dash == std::string::npos ? first : crossing_number(item.substr(dash + 1));
    if (!first || !last || *first > *last) {
      throw map.error("filling_scheme",
                      "'" + core::escaped(item) + "' is no crossing (0 to 3564) and no range of them");
    }
    std::fill(colliding.begin() + *first, colliding.begin() + *last + 1, true);
  }
  return colliding;
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
  stream.colliding = parse_scheme(map);
  const std::uint32_t bunches = count(stream.colliding);
  if (bunches == 0) throw map.error("filling_scheme", "no crossing collides");
  if (stream.colliding_bunches && *stream.colliding_bunches != bunches) {
    throw map.error("colliding_bunches", std::to_string(*stream.colliding_bunches) +
                                             " colliding bunches are declared, but the filling scheme has " +
                                             std::to_string(bunches));
  }
}

std::string format_scheme(const std::vector<bool>& colliding) {
  std::string text;
  for (std::size_t first = 0; first < colliding.size(); ++first) {
    if (!colliding[first]) continue;
    std::size_t last = first;
    while (last + 1 < colliding.size() && colliding[last + 1]) ++last;
    text += (text.empty() ? "\"" : ", \"") + std::to_string(first);
    if (last > first) text += "-" + std::to_string(last);
    text += '"';
    first = last;
  }
  return text;
}

}  // namespace

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
  if (!stream.colliding.empty()) text += "  filling_scheme: [" + format_scheme(stream.colliding) + "]\n";
  return text;
}

}  // namespace trigloop::scout
