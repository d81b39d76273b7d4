// Spectra as text: the Scouting Analyser's .axo, CSV, JSON.
#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/error.hpp"
#include "core/json_writer.hpp"
#include "score/spectrum_file.hpp"

namespace trigloop::score {
namespace {

using core::Error;
using core::ErrorCode;
using nlohmann::json;

constexpr std::int64_t axo_bins = 19'999;  // numpy.arange(0, 20000) gives 20,000 edges; the last bin is closed

[[noreturn]] void damaged(const std::string& reason) {
  throw Error(ErrorCode::damaged, "no spectrum and no .axo file: " + reason);
}

/// The next line of `text`, which loses it.
std::string_view take_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

json parse_line(std::string_view line, const char* what) {
  json value = json::parse(line, nullptr, false);
  if (!value.is_object()) damaged(std::string(what) + " is no JSON object");
  return value;
}

std::int64_t bin_number(const std::string& name) {
  std::size_t used = 0;
  std::int64_t bin = -1;
  try {
    bin = std::stoll(name, &used);
  } catch (const std::exception&) {
    used = 0;
  }
  if (used == 0 || used != name.size() || bin < 0 || bin >= axo_bins)
    damaged("'" + core::escaped(name) + "' is no bin");
  return bin;
}

std::uint64_t whole_number(const json& value, const char* what) {
  const double number = value.is_number() ? value.get<double>() : -1;
  if (!(number >= 0) || number > 0x1p53 || number != std::floor(number)) damaged(std::string(what) + " is no count");
  return static_cast<std::uint64_t>(number);
}

std::uint32_t small_number(const json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end()) damaged(std::string("its second line has no '") + key + "'");
  const std::uint64_t number = whole_number(*found, key);
  if (number > 0xFFFFFFFFu) damaged(std::string(key) + " is too large");
  return static_cast<std::uint32_t>(number);
}

void write_exposure(core::JsonWriter& out, const Exposure& exposure) {
  const auto known = [&](const char* name, std::uint64_t value) {
    out.key(name);
    value == 0 ? out.null() : out.value(value);
  };
  out.begin_object().member("rows", exposure.rows);
  known("offered", exposure.offered);
  known("orbits", exposure.orbits);
  known("colliding_crossings", exposure.colliding_crossings);
  known("nanoseconds", exposure.nanoseconds);
  out.end_object();
}

}  // namespace

Spectrum parse_axo(std::string_view text) {
  const json first = parse_line(take_line(text), "its first line");
  const json second = parse_line(take_line(text), "its second line");
  const auto counts = first.find("counts");
  if (counts == first.end() || !counts->is_object()) damaged("its first line has no 'counts'");
  if (const auto bins = first.find("bins"); bins == first.end() || *bins != json::array({0, 20000, 1}))
    throw Error(ErrorCode::unsupported, "the .axo file has other bins than [0, 20000, 1]");
  Spectrum spectrum(0, 0, axo_bins - 1);
  for (const auto& [name, count] : counts->items())
    spectrum.count(bin_number(name), whole_number(count, "a bin's count"));
  spectrum.lumisections = {{small_number(second, "run_numbers"), small_number(second, "luminosity_blocks")}};
  return spectrum;
}

std::string format_axo(const Spectrum& spectrum, const std::string& time) {
  Spectrum whole(0, 0, axo_bins - 1);
  for (const auto& [code, n] : spectrum.bins()) {
    const double score = std::floor(spectrum.score(code));
    if (!(score >= 0 && score <= static_cast<double>(axo_bins)))
      throw Error(ErrorCode::mismatch,
                  "a score of " + std::to_string(spectrum.score(code)) + " has no bin in an .axo file")
          .remedy("Export it as csv or json, which lose nothing");
    whole.count(std::min(static_cast<std::int64_t>(score), axo_bins - 1), n);
  }
  if (spectrum.lumisections.size() != 1)
    throw Error(ErrorCode::mismatch, "an .axo file holds one lumisection, this spectrum has " +
                                         std::to_string(spectrum.lumisections.size()));
  std::string text = R"({"bins": [0, 20000, 1], "counts": {)";
  const char* comma = "";
  for (const auto& [code, n] : whole.bins()) {
    text += comma + ('"' + std::to_string(code)) + "\": " + std::to_string(n) + ".0";
    comma = ", ";
  }
  text += "}}\n{\"run_numbers\": " + std::to_string(spectrum.lumisections[0].run) +
          ", \"luminosity_blocks\": " + std::to_string(spectrum.lumisections[0].lumisection) + "}\n";
  return text + "Current time UTC: " + time;
}

std::string format_csv(const Spectrum& spectrum) {
  std::string text = "code,score,count\n";
  for (const auto& [code, n] : spectrum.bins()) {
    core::JsonWriter score;
    score.value(spectrum.score(code));
    text += std::to_string(code) + "," + score.text() + "," + std::to_string(n) + "\n";
  }
  return text;
}

std::string format_json(const Spectrum& spectrum) {
  core::JsonWriter out;
  out.begin_object().member("version", 1).member("model", spectrum.model).member("fraction", spectrum.fraction());
  out.key("exposure");
  write_exposure(out, spectrum.exposure);
  out.key("lumisections").begin_array();
  for (const event::LumiKey& key : spectrum.lumisections)
    out.begin_array().value(key.run).value(key.lumisection).end_array();
  out.end_array().key("bins").begin_array();
  for (const auto& [code, n] : spectrum.bins()) out.begin_array().value(code).value(n).end_array();
  out.end_array().end_object();
  return out.text() + "\n";
}

}  // namespace trigloop::score
