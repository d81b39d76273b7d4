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

}  // namespace

std::string difference_from(const bundle::Bundle& trained, const evaluate::Evaluation& product) {
  bundle::Bundle mine;
  bundle::set_results(product, mine);
  bool compared = false;
  for (std::size_t t = 0; t < trained.thresholds.size(); ++t) {
    const bundle::Threshold& theirs = trained.thresholds[t];
    const auto same_rate = [&](const auto& one) { return near(one.rate_khz, theirs.rate_khz); };
    const auto ours = std::ranges::find_if(mine.thresholds, same_rate);
    if (ours == mine.thresholds.end()) continue;
    compared = true;
    const std::string rate = fmt::format("at {:g} kHz", theirs.rate_khz);
    if (theirs.firmware_raw && theirs.firmware_raw->code != ours->firmware_raw->code)
      return fmt::format("threshold {}: {} in training, {} deployed", rate, theirs.firmware_raw->code,
                         ours->firmware_raw->code);
    if (!near(theirs.raw, ours->raw))
      return fmt::format("threshold {}: {} in training, {} deployed", rate, theirs.raw, ours->raw);
    const auto table = std::ranges::find_if(trained.efficiencies, same_rate);
    const auto own = std::ranges::find_if(mine.efficiencies, same_rate);
    if (table == trained.efficiencies.end() || own == mine.efficiencies.end()) continue;
    for (std::size_t s = 0; s < table->signals.size(); ++s) {
      const auto at = std::ranges::find(own->signals, table->signals[s]);
      if (at == own->signals.end()) continue;
      const double want = table->of(bundle::Column::raw_raw)[s].value,
                   got = own->of(bundle::Column::raw_raw)[static_cast<std::size_t>(at - own->signals.begin())].value;
      if (!near(want, got))
        return fmt::format("efficiency of {} {}: {} % in training, {} % deployed", *at, rate, want, got);
    }
  }
  if (!compared)
    throw core::Error(core::ErrorCode::mismatch, "the training's tables have no rate in common with these")
        .file(trained.path.string());
  return "";
}

EfficiencyMatch match_efficiencies(const evaluate::Sample& background, const std::vector<evaluate::Sample>& signals,
                                   const evaluate::EvaluateOptions& options, Contender& contender,
                                   const bundle::Bundle* trained) {
  EfficiencyMatch match{contender.name(), background.events(), signals.size(), {}, false, "", ""};
  std::vector<evaluate::Sample> deployed;
  for (const evaluate::Sample& signal : signals) deployed.push_back(through(signal, contender));
  const evaluate::Evaluation engine = evaluate::evaluate(background, signals, options),
                             product = evaluate::evaluate(through(background, contender), deployed, options);
  const std::string want = evaluate::to_csv(engine), got = evaluate::to_csv(product);
  match.equal = want == got;
  match.first = first_difference(want, got);
  if (trained != nullptr) {
    match.bundle = trained->path.filename().string();
    const std::string other = difference_from(*trained, product);
    match.equal = match.equal && other.empty();
    if (match.first.empty()) match.first = other;
  }
  constexpr auto raw = static_cast<std::size_t>(evaluate::Kind::raw);
  constexpr auto firmware = static_cast<std::size_t>(evaluate::Rule::firmware);
  for (std::size_t r = 0; r < engine.rows.size(); ++r)
    match.rates.push_back({engine.rows[r].rate_khz, engine.rows[r].thresholds[raw].by_rule[firmware].code,
                           product.rows[r].thresholds[raw].by_rule[firmware].code});
  return match;
}

}  // namespace trigloop::deploy
