#include "deploy/proof/efficiency.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <sstream>

#include "bundle/fill.hpp"
#include "core/error.hpp"
#include "evaluate/report.hpp"

namespace trigloop::deploy {
namespace {

evaluate::Sample through(const evaluate::Sample& sample, Contender& contender) {
  evaluate::Sample result = sample;
  if (sample.events() == 0 || sample.values.size() % sample.events() != 0 || sample.values.empty())
    throw core::Error(core::ErrorCode::mismatch, "the events of '" + sample.name + "' were not kept");
  contender.run(sample.values, result.codes);
  return result;
}

/// Equal, but for the digits that a file of float32 has lost.
bool near(double a, double b) { return std::abs(a - b) <= 1e-6 * std::max(std::abs(a), std::abs(b)); }

/// The first line in which two texts differ, of both.
std::string first_difference(const std::string& a, const std::string& b) {
  std::istringstream lines_a(a), lines_b(b);
  for (std::string line_a, line_b; std::getline(lines_a, line_a);) {
    std::getline(lines_b, line_b);
    if (line_a != line_b) return line_a + " | " + line_b;
  }
  return "";
}

template <class Compare>
void compare_thresholds(const bundle::Threshold& theirs, const bundle::Threshold& ours, const Compare& compare) {
  const auto name = [&](const char* kind) {
    return [&theirs, kind] { return fmt::format("{} threshold at {:g} kHz", kind, theirs.rate_khz); };
  };
  compare(theirs.raw, ours.raw, name("raw"));
  compare(theirs.pure, ours.pure, name("pure"));
  const auto codes = [&](const auto& want, const auto& got, const char* kind) {
    if (!want || !got) return;
    compare(static_cast<double>(want->code), static_cast<double>(got->code), name(kind));
    compare(static_cast<double>(want->passing), static_cast<double>(got->passing), name("rate above the firmware's"));
  };
  codes(theirs.firmware_raw, ours.firmware_raw, "firmware's raw");
  codes(theirs.firmware_pure, ours.firmware_pure, "firmware's pure");
}

template <class Compare>
void compare_tables(const bundle::EfficiencyTable& theirs, const bundle::EfficiencyTable& ours,
                    const Compare& compare) {
  for (std::size_t s = 0; s < theirs.signals.size(); ++s) {
    const auto at = std::ranges::find(ours.signals, theirs.signals[s]);
    if (at == ours.signals.end()) continue;
    const auto own = static_cast<std::size_t>(at - ours.signals.begin());
    for (std::size_t c = 0; c < bundle::columns; ++c)
      compare(theirs.values[c][s].value, ours.values[c][own].value, [&] {
        return fmt::format("{} of {} at {:g} kHz in %", bundle::name_of(static_cast<bundle::Column>(c)), *at,
                           theirs.rate_khz);
      });
  }
}

}  // namespace

TableDifference difference_from(const bundle::Bundle& trained, const evaluate::Evaluation& product) {
  bundle::Bundle mine;
  bundle::set_results(product, mine);
  TableDifference result;
  const auto compare = [&](double want, double got, const auto& what) {
    if (!bundle::is_known(want)) return;
    ++result.numbers;
    if (!near(want, got) && result.first.empty())
      result.first = fmt::format("{}: {} in training, {} deployed", what(), want, got);
  };
  for (const bundle::Threshold& theirs : trained.thresholds)
    for (const bundle::Threshold& ours : mine.thresholds)
      if (near(ours.rate_khz, theirs.rate_khz)) compare_thresholds(theirs, ours, compare);
  for (const bundle::EfficiencyTable& theirs : trained.efficiencies)
    for (const bundle::EfficiencyTable& ours : mine.efficiencies)
      if (near(ours.rate_khz, theirs.rate_khz)) compare_tables(theirs, ours, compare);
  if (result.numbers == 0)
    throw core::Error(core::ErrorCode::mismatch, "the training's tables have no rate in common with these")
        .file(trained.path.string());
  return result;
}

EfficiencyMatch match_efficiencies(const evaluate::Sample& background, const std::vector<evaluate::Sample>& signals,
                                   const evaluate::EvaluateOptions& options, Contender& contender,
                                   const bundle::Bundle* trained) {
  EfficiencyMatch match{contender.name(), background.events(), signals.size(), {}, false, "", "", 0, false};
  std::vector<evaluate::Sample> deployed;
  for (const evaluate::Sample& signal : signals) deployed.push_back(through(signal, contender));
  const evaluate::Evaluation engine = evaluate::evaluate(background, signals, options),
                             product = evaluate::evaluate(through(background, contender), deployed, options);
  const std::string want = evaluate::to_csv(engine), got = evaluate::to_csv(product);
  match.equal = want == got;
  match.first = first_difference(want, got);
  if (trained != nullptr) {
    match.bundle = trained->path.filename().string();
    const TableDifference other = difference_from(*trained, product);
    match.tables = other.numbers;
    const auto has_code = [](const bundle::Threshold& t) { return t.firmware_raw || t.firmware_pure; };
    match.of_floats = match.equal && !other.first.empty() && std::ranges::none_of(trained->thresholds, has_code);
    match.equal = match.equal && other.first.empty();
    if (match.first.empty()) match.first = other.first;
  }
  constexpr auto raw = static_cast<std::size_t>(evaluate::Kind::raw);
  constexpr auto firmware = static_cast<std::size_t>(evaluate::Rule::firmware);
  for (std::size_t r = 0; r < engine.rows.size(); ++r)
    match.rates.push_back({engine.rows[r].rate_khz, engine.rows[r].thresholds[raw].by_rule[firmware].code,
                           product.rows[r].thresholds[raw].by_rule[firmware].code});
  return match;
}

}  // namespace trigloop::deploy
