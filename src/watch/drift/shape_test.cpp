#include "watch/drift/shape_test.hpp"

#include <algorithm>

#include "watch/drift/special.hpp"

namespace trigloop::watch::drift {
namespace {

/// log of the Dirichlet-multinomial probability of the counts, but for what no parameter changes.
double log_probability(const Shape& seen, std::span<const double> shares, double a) noexcept {
  double sum = -log_rising(a, seen.total);
  for (std::size_t b = 0; b < shares.size(); ++b) sum += log_rising(a * shares[b], seen.counts[b]);
  return sum;
}

/// The same, where the logarithms of gamma(a x share) are known.
double log_probability(const Shape& seen, std::span<const double> shares, double a,
                       std::span<const double> at_zero) noexcept {
  double sum = 0;
  for (std::size_t b = 0; b < shares.size(); ++b) {
    if (seen.counts[b] > 0) sum += log_gamma(a * shares[b] + seen.counts[b]) - at_zero[b];
  }
  return sum;
}

}  // namespace

ShapeTest::ShapeTest(ShapeModel reference, std::vector<ShapeAlternative> others)
    : known(reference),
      alternatives(std::move(others)),
      reference_(std::move(reference)),
      concentration_(reference_.concentration(0)) {
  const std::size_t bins = reference_.shares.size();
  now_.resize(bins);
  expected_.resize(bins);
  other_.resize(bins);
  for (ShapeAlternative& one : alternatives) {
    one.counted.resize(bins);
    one.expected.resize(bins);
  }
  if (!reference_.slopes.empty()) return;
  for (const ShapeAlternative& one : alternatives) {
    std::vector<double>& logs = at_zero_.emplace_back();
    for (const double share : one.shares) logs.push_back(log_gamma(concentration_ * share));
  }
}

void ShapeTest::step(const Shape& seen, std::uint64_t now) {
  if (seen.total <= 0) return;
  const double a = known.concentration(seen.z);
  known.at(seen.z, known.shares, now_);
  reference_.at(seen.z, reference_.shares, expected_);
  const double log_p = log_probability(seen, now_, a);
  const double common = -log_rising(concentration_, seen.total);
  for (ShapeAlternative& one : alternatives) {
    // Any alternative that is fixed beforehand will do; that of the reference's concentration needs half the
    // logarithms.
    double log_other = 0;
    if (at_zero_.empty()) {
      reference_.at(seen.z, one.shares, other_);
      log_other = log_probability(seen, other_, a);
    } else {
      const auto number = static_cast<std::size_t>(&one - alternatives.data());
      log_other = common + log_probability(seen, one.shares, concentration_, at_zero_[number]);
    }
    if (one.evidence.step(log_other - log_p, now)) {
      std::ranges::fill(one.counted, 0);
      std::ranges::fill(one.expected, 0);
      one.lumisections = 0;
    }
    for (std::size_t b = 0; b < expected_.size(); ++b) {
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
