#include "deploy/proof/prove.hpp"

#include <algorithm>
#include <numeric>

#include "core/error.hpp"
#include "core/interrupt.hpp"

namespace trigloop::deploy {

std::string_view name_of(Verdict verdict) noexcept {
  constexpr std::string_view names[] = {"equal", "different", "failed", "not run"};
  return names[static_cast<std::size_t>(verdict)];
}

std::uint64_t Equality::events() const {
  return std::accumulate(sets.begin(), sets.end(), std::uint64_t{0},
                         [](std::uint64_t sum, const auto& set) { return sum + set.second; });
}

bool Equality::equal() const {
  const auto is = [](Verdict verdict) { return [verdict](const Standing& s) { return s.verdict == verdict; }; };
  return std::ranges::any_of(standings, is(Verdict::equal)) &&
         std::ranges::none_of(standings, is(Verdict::different)) &&
         std::ranges::none_of(standings, is(Verdict::failed));
}

bool Equality::complete() const {
  return std::ranges::none_of(standings, [](const Standing& s) { return s.verdict == Verdict::not_run; });
}

std::vector<ContenderPointer> gather(const Candidates& candidates, std::vector<Standing>& standings) {
  std::vector<ContenderPointer> contenders;
  for (const auto& [name, make] : candidates) {
    Standing standing;
    standing.name = name;
    contenders.emplace_back();
    try {
      contenders.back() = make();
      standing.how = contenders.back()->how();
      standing.verdict = Verdict::equal;
    } catch (const core::Error& error) {
      if (error.code() == core::ErrorCode::interrupted) throw;
      const bool absent = error.code() == core::ErrorCode::not_found || error.code() == core::ErrorCode::unsupported;
      standing.verdict = absent ? Verdict::not_run : Verdict::failed;
      standing.reason = error.what();
    }
    standings.push_back(std::move(standing));
  }
  return contenders;
}

Comparison::Comparison(const Network& network, Contender& reference, std::vector<ContenderPointer>& contenders,
                       std::vector<Standing> standings)
    : network_(network), reference_(reference), contenders_(contenders) {
  result_.standings = std::move(standings);
}

void Comparison::add(const EventSet& part) {
  const std::size_t events = part.rows.size() / network_.features();
  auto set = std::ranges::find(result_.sets, part.name, &std::pair<std::string, std::uint64_t>::first);
  if (set == result_.sets.end()) set = result_.sets.insert(set, {part.name, 0});
  std::vector<std::int32_t> expected(events * network_.outputs());
  reference_.run(part.rows, expected);
  for (std::size_t c = 0; c < contenders_.size(); ++c) {
    core::stop_if_interrupted();
    Standing& standing = result_.standings[c];
    if (contenders_[c] == nullptr || standing.verdict == Verdict::failed) continue;
    try {
      compare(c, part, set->second, expected);
    } catch (const core::Error& error) {
      if (error.code() == core::ErrorCode::interrupted) throw;
      standing.verdict = Verdict::failed;
      standing.reason = error.what();
    }
  }
  set->second += events;
}

void Comparison::compare(std::size_t c, const EventSet& part, std::uint64_t first_event,
                         std::span<const std::int32_t> expected) {
  Contender& contender = *contenders_[c];
  Standing& standing = result_.standings[c];
  const std::size_t features = network_.features(), outputs = network_.outputs(), events = part.rows.size() / features;
  const std::span<const std::int16_t> rows = part.rows;
  std::vector<std::size_t> taken;
  for (std::size_t e = 0; e < events; ++e)
    if (contender.accepts(rows.subspan(e * features, features))) taken.push_back(e);
  standing.outside += events - taken.size();
  if (taken.empty()) return;
  std::vector<std::int16_t> some;
  if (taken.size() < events)
    for (const std::size_t e : taken)
      some.insert(some.end(), rows.begin() + static_cast<std::ptrdiff_t>(e * features),
                  rows.begin() + static_cast<std::ptrdiff_t>((e + 1) * features));
  std::vector<std::int32_t> got(taken.size() * outputs);
  contender.run(taken.size() < events ? std::span<const std::int16_t>(some) : rows, got);
  standing.events += taken.size();
  for (std::size_t i = 0; i < taken.size(); ++i) {
    const auto want = expected.subspan(taken[i] * outputs, outputs);
    const auto have = std::span<const std::int32_t>(got).subspan(i * outputs, outputs);
    if (std::ranges::equal(want, have)) continue;
    ++standing.different;
    standing.verdict = Verdict::different;
    if (!standing.first) standing.first = difference(contender, part, taken[i], first_event, want, have);
  }
}

Difference Comparison::difference(const Contender& contender, const EventSet& part, std::size_t event,
                                  std::uint64_t first_event, std::span<const std::int32_t> expected,
                                  std::span<const std::int32_t> got) {
  const std::size_t features = network_.features();
  const auto input = std::span<const std::int16_t>(part.rows).subspan(event * features, features);
  Difference result{part.name,
                    first_event + event,
                    {input.begin(), input.end()},
                    {expected.begin(), expected.end()},
                    {got.begin(), got.end()},
                    {}};
  const auto tell = [&](Contender& one) {
    if (auto codes = one.trace(input); !codes.empty()) result.columns.push_back({one.name(), std::move(codes)});
  };
  tell(reference_);
  for (const ContenderPointer& one : contenders_) {
    if (one == nullptr || !one->accepts(input)) continue;
    try {
      tell(*one);
    } catch (const core::Error&) {  // one that cannot tell
      if (one.get() == &contender) continue;
    }
  }
  return result;
}

}  // namespace trigloop::deploy
