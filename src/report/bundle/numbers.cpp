#include "report/bundle/numbers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "evaluate/proportion.hpp"

namespace trigloop::report::bundles {
namespace {

std::uint64_t total(const bundle::Histogram& histogram) {
  return static_cast<std::uint64_t>(
      std::llround(std::accumulate(histogram.counts.begin(), histogram.counts.end(), 0.0)));
}

/// Digits behind the point that show two digits of `error`.
int places(double error) {
  return error > 0 ? std::clamp(1 - static_cast<int>(std::floor(std::log10(error))), 0, 12) : 4;
}

}  // namespace

std::uint64_t events_of(const bundle::Bundle& bundle, const std::string& signal) {
  const auto found = std::ranges::find(bundle.signals, signal, &bundle::Histogram::name);
  return found == bundle.signals.end() ? 0 : total(*found);
}

std::uint64_t background_events(const bundle::Bundle& bundle) {
  if (bundle.background_events != 0) return bundle.background_events;
  return bundle.background ? total(*bundle.background) : 0;
}

const bundle::EfficiencyTable* table_at(const bundle::Bundle& bundle, double rate_khz) noexcept {
  const auto found = std::ranges::find(bundle.efficiencies, rate_khz, &bundle::EfficiencyTable::rate_khz);
  return found == bundle.efficiencies.end() ? nullptr : &*found;
}

std::uint64_t count_of(double percent, std::uint64_t events) noexcept {
  return static_cast<std::uint64_t>(std::llround(std::clamp(percent / 100, 0.0, 1.0) * static_cast<double>(events)));
}

bundle::Measured with_interval(bundle::Measured percent, std::uint64_t events) {
  if (!bundle::is_known(percent.value) || percent.has_error() || events == 0) return percent;
  const evaluate::Proportion share = evaluate::proportion(count_of(percent.value, events), events);
  percent.low = 100 * share.low;
  percent.high = 100 * share.high;
  return percent;
}

double events_above(const bundle::Bundle& bundle, const bundle::Threshold& threshold) {
  if (threshold.firmware_raw) return static_cast<double>(threshold.firmware_raw->passing);
  const std::uint64_t events = background_events(bundle);
  if (events == 0 || !bundle::is_known(bundle.crossings_khz)) return bundle::unknown;
  return threshold.rate_khz / bundle.crossings_khz * static_cast<double>(events);
}

std::string text_of(double value) { return bundle::is_known(value) ? fmt::format("{:.4g}", value) : "–"; }

std::string text_of(const bundle::Measured& measured) {
  if (!bundle::is_known(measured.value) || !measured.has_error()) return text_of(measured.value);
  const double down = measured.value - measured.low, up = measured.high - measured.value;
  const double most = std::max(down, up);
  const auto text = [digits = places(most)](double v) { return fmt::format("{:.{}f}", v, digits); };
  if (measured.value == 0) return "0 +" + text(up);
  if (std::min(down, up) >= 0.9 * most) return text(measured.value) + " ± " + text(most);
  return text(measured.value) + " +" + text(up) + " -" + text(down);
}

std::string rate_text(double khz) {
  return khz < 0.9995 ? fmt::format("{:.4g} Hz", khz * 1000) : fmt::format("{:.4g} kHz", khz);
}

}  // namespace trigloop::report::bundles
