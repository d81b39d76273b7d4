// A comparison as text and as JSON.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "core/error.hpp"
#include "core/json_writer.hpp"
#include "core/text.hpp"
#include "report/bundle/comparison.hpp"
#include "report/bundle/numbers.hpp"

namespace trigloop::report::bundles {
namespace {

using bundle::Column;
using core::JsonWriter;

template <class... Args>
void put(std::string& text, fmt::format_string<Args...> format, Args&&... args) {
  fmt::format_to(std::back_inserter(text), format, std::forward<Args>(args)...);
}

const ComparedRate& at(const Comparison& comparison, double rate_khz) {
  const auto found = std::ranges::find(comparison.rates, rate_khz, &ComparedRate::rate_khz);
  if (found != comparison.rates.end()) return *found;
  std::string known;
  for (const ComparedRate& rate : comparison.rates) known += fmt::format(" {}", rate.rate_khz);
  throw core::Error(core::ErrorCode::usage, fmt::format("not all bundles have the target rate {} kHz", rate_khz))
      .remedy("They have in common:" + known);
}

void put_efficiencies(std::string& text, const Comparison& comparison, const ComparedRate& rate) {
  put(text, "\n{:<28} {:<9}", "signal", "column");
  for (std::size_t i = 0; i < comparison.names.size(); ++i) {
    put(text, " {:>24}", comparison.names[i] + " [%]");
    if (i > 0) put(text, " {:>14}", "z");
  }
  text += "\n";
  for (const ComparedEfficiency& one : rate.efficiencies) {
    put(text, "{:<28} {:<9}", one.signal, name_of(one.column).substr(4));
    for (std::size_t i = 0; i < one.values.size(); ++i) {
      put(text, " {:>24}", text_of(one.values[i]));
      if (i > 0) put(text, " {:>14}", text_of(one.against_first[i]));
    }
    text += "\n";
  }
}

void write_known(JsonWriter& json, std::string_view name, double value) {
  json.key(name).value(value);  // NaN becomes null
}

void write(JsonWriter& json, const ComparedEfficiency& one) {
  json.begin_object().member("signal", one.signal).member("column", name_of(one.column)).key("values").begin_array();
  for (std::size_t i = 0; i < one.values.size(); ++i) {
    json.begin_object();
    write_known(json, "percent", one.values[i].value);
    write_known(json, "low", one.values[i].low);
    write_known(json, "high", one.values[i].high);
    if (i > 0) {
      write_known(json, "z", one.against_first[i].z);
      write_known(json, "z_most", one.against_first[i].most);
    }
    json.end_object();
  }
  json.end_array().end_object();
}

}  // namespace

std::string text_of(const Significance& significance) {
  if (!bundle::is_known(significance.z)) return "–";
  const std::string z = fmt::format("{:+.1f}", significance.z);
  return bundle::is_known(significance.most) ? z + fmt::format(" to {:+.1f}", significance.most) : z;
}

std::string to_text(const Comparison& comparison, double rate_khz) {
  const ComparedRate& rate = at(comparison, rate_khz);
  std::string text = fmt::format("At {}, compared with {}:\n", rate_text(rate_khz), comparison.names[0]);
  for (std::size_t i = 0; i < comparison.names.size(); ++i) {
    put(text, "  {}: raw t {}, pure t {}", comparison.names[i], text_of(rate.raw[i]), text_of(rate.pure[i]));
    if (comparison.costs[i].ebops > 0) put(text, ", {} EBOPs", core::with_commas(comparison.costs[i].ebops));
    if (i > 0 && bundle::is_known(rate.mean_log_ratio[i]))
      put(text, ", mean log ratio of raw-raw efficiencies {:+.3f}", rate.mean_log_ratio[i]);
    text += "\n";
  }
  put_efficiencies(text, comparison, rate);
  const bool same = std::ranges::count(comparison.same_events, true) > 1;
  text += "z: pooled test of two proportions on independent events; errors of thresholds are not in it.\n";
  if (same)
    text +=
        "Where events are the same, z is a range: from that test to McNemar's if no event is gained by one and lost to "
        "the other.\n";
  return text;
}

std::string to_json(const Comparison& comparison) {
  JsonWriter json;
  json.begin_object().member("version", 1).key("bundles").begin_array();
  for (std::size_t i = 0; i < comparison.names.size(); ++i) {
    const Cost& cost = comparison.costs[i];
    json.begin_object().member("name", comparison.names[i]).member("same_events", bool{comparison.same_events[i]});
    json.member("ebops", cost.ebops).member("layers", cost.layers).member("constants", cost.constants);
    json.member("non_zero", cost.non_zero).member("working_bits", cost.working_bits).end_object();
  }
  json.end_array().member("test", "two proportions, pooled, independent events; z_most: McNemar's bound, same events");
  json.key("rates").begin_array();
  for (const ComparedRate& rate : comparison.rates) {
    json.begin_object().member("rate_khz", rate.rate_khz);
    json.array("raw", rate.raw);
    json.array("pure", rate.pure);
    json.array("mean_log_ratio", rate.mean_log_ratio);
    json.key("efficiencies").begin_array();
    for (const ComparedEfficiency& one : rate.efficiencies) write(json, one);
    json.end_array().end_object();
  }
  json.end_array().end_object();
  return json.text();
}

}  // namespace trigloop::report::bundles
