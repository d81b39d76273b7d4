#include "tune/search/hyperband.hpp"

#include <zlib.h>

#include <cassert>
#include <cmath>

#include "core/error.hpp"

namespace trigloop::tune {

HyperbandPruner::HyperbandPruner(HyperbandOptions options) : options_(options) {
  using core::Error;
  using core::ErrorCode;
  if (options.min_resource < 1 || options.reduction < 2 || options.bootstrap < 0)
    throw Error(ErrorCode::usage, "hyperband needs min_resource of at least 1 and a reduction of at least 2");
  if (options.max_resource != 0 && options.max_resource < options.min_resource)
    throw Error(ErrorCode::usage, "hyperband has max_resource below min_resource");
  if (options.bootstrap > 0 && options.max_resource == 0)
    throw Error(ErrorCode::usage, "hyperband cannot have bootstrap while max_resource is to be found out");
}

void HyperbandPruner::open_brackets(const History& history) {
  std::int64_t longest = options_.max_resource;
  if (longest == 0) {
    for (const std::int64_t number : history.finished()) {
      const Trial& trial = history[number];
      if (trial.state == TrialState::complete && !trial.intermediate.empty())
        longest = std::max(longest, trial.intermediate.rbegin()->first + 1);
    }
    if (longest == 0) return;
  }
  const double ratio = static_cast<double>(longest) / static_cast<double>(options_.min_resource);
  const double base = static_cast<double>(options_.reduction);
  const auto count = static_cast<std::int64_t>(std::floor(std::log(std::max(ratio, 1.0)) / std::log(base))) + 1;
  for (std::int64_t bracket = 0; bracket < count; ++bracket) {
    const auto s = static_cast<double>(count - 1 - bracket);
    shares_.push_back(static_cast<std::uint32_t>(std::ceil(static_cast<double>(count) * std::pow(base, s) / (s + 1))));
    total_ += shares_.back();
    halvings_.emplace_back(HalvingOptions{options_.min_resource, options_.reduction, bracket, options_.bootstrap});
  }
}

std::size_t HyperbandPruner::bracket(const std::string& study, std::int64_t number) const {
  const std::string text = study + '_' + std::to_string(number);
  auto rest = static_cast<std::uint32_t>(
      crc32(0, reinterpret_cast<const unsigned char*>(text.data()), static_cast<unsigned>(text.size())) % total_);
  for (std::size_t b = 0; b < shares_.size(); ++b) {
    if (rest < shares_[b]) return b;
    rest -= shares_[b];
  }
  assert(false);
  return 0;
}

Verdict HyperbandPruner::judge(const History& history, const Trial& trial) {
  if (halvings_.empty()) open_brackets(history);
  if (halvings_.empty()) return {};
  struct Context {
    const HyperbandPruner& pruner;
    const std::string& study;
    std::size_t bracket;
  } const mine{*this, history.study(), bracket(history.study(), trial.number)};
  return halvings_[mine.bracket].judge(history, trial, &mine, [](const void* context, std::int64_t number) {
    const Context& c = *static_cast<const Context*>(context);
    return c.pruner.bracket(c.study, number) == c.bracket;
  });
}

}  // namespace trigloop::tune
