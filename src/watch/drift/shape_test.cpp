#include "watch/drift/shape_test.hpp"

#include <algorithm>

#include "watch/drift/special.hpp"

namespace trigloop::watch::drift {
namespace {

/// log of the Dirichlet-multinomial probability of the counts, but for what does not depend on the shares.
double log_probability(const Shape& seen, std::span<const double> shares, double a) noexcept {
  double sum = 0;
  for (std::size_t b = 0; b < shares.size(); ++b) {
    if (seen.counts[b] > 0) sum += log_rising(a * shares[b], seen.counts[b]);
  }
  return sum;
}

}  // namespace

ShapeTest::ShapeTest(ShapeModel reference, std::vector<ShapeAlternative> others)
    : known(reference), alternatives(std::move(others)), reference_(std::move(reference)) {
  const std::size_t bins = reference_.shares.size();
  now_.resize(bins);
  expected_.resize(bins);
  other_.resize(bins);
  for (ShapeAlternative& one : alternatives) {
    one.counted.resize(bins);
    one.expected.resize(bins);
  }
}

void ShapeTest::step(const Shape& seen, std::uint64_t now) {
  if (seen.total <= 0) return;
  const double a = known.concentration(seen.z);
  known.at(seen.z, known.shares, now_);
  reference_.at(seen.z, reference_.shares, expected_);
  const double log_p = log_probability(seen, now_, a);
  for (ShapeAlternative& one : alternatives) {
    reference_.at(seen.z, one.shares, other_);
    if (one.evidence.step(log_probability(seen, other_, a) - log_p, now)) {
      std::ranges::fill(one.counted, 0);
      std::ranges::fill(one.expected, 0);
      one.lumisections = 0;
    }
    for (std::size_t b = 0; b < other_.size(); ++b) {
      one.counted[b] += seen.counts[b];
      one.expected[b] += seen.total * expected_[b];
    }
    one.lumisections += 1;
  }
  known.update(seen);
}

double ShapeTest::value() const noexcept {
  double sum = 0;
  for (const ShapeAlternative& one : alternatives) sum += one.evidence.sr;
  return alternatives.empty() ? 0 : sum / static_cast<double>(alternatives.size());
}

std::size_t ShapeTest::best() const noexcept {
  const auto largest = std::ranges::max_element(alternatives, {}, [](const auto& one) { return one.evidence.cusum; });
  return static_cast<std::size_t>(largest - alternatives.begin());
}

void ShapeTest::restart_detector() noexcept {
  for (ShapeAlternative& one : alternatives) one.evidence.sr = 0;
}

void ShapeTest::restart() noexcept {
  for (ShapeAlternative& one : alternatives) one.evidence.restart();
  known = reference_;
}

}  // namespace trigloop::watch::drift
