// What trials print.
#include <algorithm>
#include <charconv>
#include <sstream>

#include "tune/run/trial_run.hpp"
#include "tune/storage/json_scan.hpp"

namespace trigloop::tune {
namespace {

/// Numbers as Python prints them.
std::optional<double> number(const std::string& text) {
  if (text == "nan") return json_number("NaN");
  if (text == "inf" || text == "-inf") return json_number(text[0] == '-' ? "-Infinity" : "Infinity");
  return json_number(text);
}

std::vector<Measurement> from_json(const std::string& line, const std::vector<std::string>& known) {
  std::vector<Measurement> found;
  std::optional<std::int64_t> step;
  const auto members = json_members(line);
  if (!members) return {};
  for (const JsonMember& member : *members) {
    if (member.name == "step") {
      step = json_integer(member.value);
    } else if (const auto value = json_number(member.value); value && std::ranges::count(known, member.name) > 0) {
      found.push_back({{}, member.name, *value});
    }
  }
  for (Measurement& one : found) one.step = step;
  return found;
}

}  // namespace

std::vector<Measurement> parse_measurements(const std::string& line, const std::vector<std::string>& known) {
  const std::size_t first = line.find_first_not_of(" \t");
  if (first == line.npos) return {};
  if (line[first] == '{') return from_json(line, known);
  std::istringstream words(line);
  std::string step, metric, value, more;
  words >> step >> metric >> value;
  const auto at = json_integer(step);
  const auto measured = number(value);
  if (!at || !measured || words >> more || std::ranges::count(known, metric) == 0) return {};
  return {{at, metric, *measured}};
}

}  // namespace trigloop::tune
