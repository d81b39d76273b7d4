#include "watch/drift/rate_test.hpp"

#include <algorithm>

namespace trigloop::watch::drift {
namespace {

constexpr double steps[] = {1.01, 1.02, 1.05, 1.1, 1.2, 1.5};

}  // namespace

RateTest::RateTest(RateModel reference) : known(reference), reference_(reference) {
  for (const double step : steps) {
    alternatives.push_back({step, {}, 0, 0, 0});
    alternatives.push_back({1 / step, {}, 0, 0, 0});
  }
}

void RateTest::step(const Count& seen, std::uint64_t now) noexcept {
  last_ = known.predict(seen);
  const double reference = reference_.predict(seen).mean;
  for (RateAlternative& one : alternatives) {
    // Any alternative that is fixed before the count is seen will do: the reference times the ratio.
    if (one.evidence.step(log_ratio(seen.count, one.ratio * reference, last_), now)) {
      one.counted = one.expected = one.lumisections = 0;
    }
    one.counted += seen.count;
    one.expected += reference;
    one.lumisections += 1;
  }
  known.update(seen);
}

double RateTest::value() const noexcept {
  double sum = 0;
  for (const RateAlternative& one : alternatives) sum += one.evidence.sr;
  return sum / static_cast<double>(alternatives.size());
}

std::size_t RateTest::best() const noexcept {
  const auto largest = std::ranges::max_element(alternatives, {}, [](const auto& one) { return one.evidence.cusum; });
  return static_cast<std::size_t>(largest - alternatives.begin());
}

void RateTest::restart_detector() noexcept {
  for (RateAlternative& one : alternatives) one.evidence.sr = 0;
}

void RateTest::restart() noexcept {
  for (RateAlternative& one : alternatives) one.evidence.restart();
  known = reference_;
}

}  // namespace trigloop::watch::drift
