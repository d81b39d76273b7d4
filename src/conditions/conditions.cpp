#include "conditions/conditions.hpp"

#include <algorithm>
#include <charconv>
#include <tuple>

#include "core/error.hpp"
#include "core/file.hpp"
#include "core/sha256.hpp"
#include "core/text.hpp"
#include "core/yaml.hpp"

namespace trigloop::conditions {
namespace {

namespace fs = std::filesystem;
using core::Section;

constexpr std::int64_t largest = 0xFFFFFFFF;
/// What is believed of a lumisection's luminosity against that of others; the common scale does not matter.
constexpr double pileup_error = 0.01;

/// "214-300", "214-", "214".
void read_range(Interval& interval, const Section& section) {
  const std::string text = section.text("lumisections", "1-");
  const auto refuse = [&] {
    return section.error("lumisections", "'" + core::escaped(text) + "' is no range such as 214-300");
  };
  const char* const end = text.data() + text.size();
  auto [at, error] = std::from_chars(text.data(), end, interval.first);
  if (error != std::errc()) throw refuse();
  if (at == end) {
    interval.last = interval.first;
  } else if (*at != '-') {
    throw refuse();
  } else if (++at != end) {
    const auto [stop, wrong] = std::from_chars(at, end, interval.last);
    if (wrong != std::errc() || stop != end) throw refuse();
  }
  if (interval.first > interval.last) throw refuse();
}

Interval read_interval(const Section& section, int line) {
  Interval interval;
  interval.line = line;
  interval.run = static_cast<std::uint32_t>(section.integer("run", 1, largest));
  read_range(interval, section);
  interval.model = section.text("model", "");
  interval.menu = section.text("menu", "");
  interval.prescales = section.text("prescales", "");
  interval.fill = static_cast<std::uint32_t>(section.integer("fill", 0, largest, 0));
  interval.bunches = static_cast<std::uint32_t>(section.integer("bunches", 1, 3564, 3564));
  if (!section.has("bunches")) interval.bunches = 0;
  if (section.has("filling_scheme")) interval.filling_scheme = section.texts("filling_scheme");
  if (section.has("pileup")) interval.pileup = section.number("pileup", 0, 1000);
  if (section.has("thresholds")) {
    const Section thresholds = section.section("thresholds");
    for (const std::string& name : thresholds.names()) {
      interval.thresholds[name] = thresholds.integer(name, -(std::int64_t{1} << 40), std::int64_t{1} << 40);
    }
  }
  section.refuse_unknown();
  return interval;
}

std::string words(const Interval& interval) {
  std::string text = "run " + std::to_string(interval.run) + ", lumisections " + std::to_string(interval.first) + "-";
  if (interval.last != std::numeric_limits<std::uint32_t>::max()) text += std::to_string(interval.last);
  return text;
}

void refuse_overlaps(const std::vector<Interval>& intervals, const std::string& name) {
  for (std::size_t i = 1; i < intervals.size(); ++i) {
    const Interval &one = intervals[i - 1], &next = intervals[i];
    if (one.run != next.run || next.first > one.last) continue;
    throw core::Error(core::ErrorCode::usage, words(next) + " (line " + std::to_string(next.line) + ") overlaps " +
                                                  words(one) + " (line " + std::to_string(one.line) + ")")
        .file(name)
        .remedy("What was valid must be one thing: end the earlier interval before the later begins");
  }
}

void refuse_unknown_prescales(const Conditions& conditions, const std::string& name) {
  for (const Interval& interval : conditions.intervals) {
    if (interval.prescales.empty() || conditions.prescales.contains(interval.prescales)) continue;
    std::vector<std::string> columns;
    for (const auto& [column, prescales] : conditions.prescales) columns.push_back(column);
    const std::string nearest = core::nearest(interval.prescales, columns);
    throw core::Error(core::ErrorCode::usage, "no table of prescales has a column '" +
                                                  core::escaped(interval.prescales) + "' (line " +
                                                  std::to_string(interval.line) + ")")
        .file(name)
        .remedy(columns.empty()   ? "Name the table by 'prescales: FILE.csv' beside 'intervals'"
                : nearest.empty() ? "Leave it out for the menu's own prescales"
                                  : "Did you mean '" + nearest + "'?");
  }
}

/// A file that the conditions name; its content goes into the version.
template <class Load>
auto load_named(const Section& root, const char* key, const fs::path& folder, core::Sha256& hash, const Load& load) {
  const fs::path path = folder / root.text(key);
  hash.update(std::string_view(key)).update(core::sha256_of_file(path));
  return load(path);
}

}  // namespace

const Interval* Conditions::at(event::LumiKey key) const noexcept {
  const auto after = std::ranges::upper_bound(intervals, std::tuple(key.run, key.lumisection), {},
                                              [](const Interval& i) { return std::tuple(i.run, i.first); });
  if (after == intervals.begin()) return nullptr;
  const Interval& interval = *std::prev(after);
  return interval.run == key.run && key.lumisection <= interval.last ? &interval : nullptr;
}

std::optional<PileUp> Conditions::pileup(event::LumiKey key) const noexcept {
  if (const auto row = luminosity.find(key); row != luminosity.end()) {
    return PileUp{row->second.pileup, pileup_error * row->second.pileup};
  }
  const Interval* interval = at(key);
  if (interval == nullptr || !interval->pileup) return {};
  return PileUp{*interval->pileup, pileup_error * *interval->pileup};
}

const Prescales* Conditions::prescales_at(event::LumiKey key) const noexcept {
  const Interval* interval = at(key);
  if (interval == nullptr) return nullptr;
  const auto column = prescales.find(interval->prescales);
  return column == prescales.end() ? nullptr : &column->second;
}

bool Conditions::certified(event::LumiKey key) const noexcept { return !certification || certification->holds(key); }

Conditions parse_conditions(std::string_view text, const std::string& name, const fs::path& folder) {
  const core::YamlNode node = core::parse_yaml(text, name);
  const Section root(node, name);
  if (root.integer("version", 1, 1000) != 1) {
    throw core::Error(core::ErrorCode::unsupported, "is of a later version of conditions than 1").file(name);
  }
  core::Sha256 hash;
  hash.update(text);
  Conditions conditions;
  if (root.has("luminosity")) conditions.luminosity = load_named(root, "luminosity", folder, hash, load_luminosity);
  if (root.has("certification"))
    conditions.certification = load_named(root, "certification", folder, hash, load_certification);
  if (root.has("prescales")) conditions.prescales = load_named(root, "prescales", folder, hash, load_prescales);
  if (root.has("intervals")) {
    const auto list = std::ranges::find(node.keys, "intervals") - node.keys.begin();
    const auto& items = node.children[static_cast<std::size_t>(list)].children;
    std::size_t i = 0;
    for (const Section& section : root.sections("intervals")) {
      conditions.intervals.push_back(read_interval(section, items[i++].line));
    }
  }
  root.refuse_unknown();
  std::ranges::sort(conditions.intervals, {}, [](const Interval& i) { return std::tuple(i.run, i.first); });
  refuse_overlaps(conditions.intervals, name);
  refuse_unknown_prescales(conditions, name);
  conditions.version = hash.finish();
  return conditions;
}

Conditions load_conditions(const fs::path& path) {
  return parse_conditions(core::read_text(path), path.native(), path.parent_path());
}

std::vector<std::string> gaps_of(const Conditions& conditions) {
  std::vector<std::string> gaps;
  for (std::size_t i = 1; i < conditions.intervals.size(); ++i) {
    const Interval &one = conditions.intervals[i - 1], &next = conditions.intervals[i];
    if (one.run != next.run || next.first == one.last + 1) continue;
    gaps.push_back("run " + std::to_string(one.run) + ": no interval holds lumisections " +
                   std::to_string(one.last + 1) + "-" + std::to_string(next.first - 1));
  }
  if (!conditions.certification || conditions.intervals.empty()) return gaps;
  for (const auto& [run, ranges] : conditions.certification->good) {
    for (const auto& [first, last] : ranges) {
      for (std::uint32_t l : {first, last}) {
        if (conditions.at({run, l}) != nullptr) continue;
        gaps.push_back("run " + std::to_string(run) + ": lumisection " + std::to_string(l) +
                       " is certified, but no interval holds it");
      }
    }
  }
  return gaps;
}

}  // namespace trigloop::conditions
