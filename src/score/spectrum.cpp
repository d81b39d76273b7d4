#include "score/spectrum.hpp"

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "core/units.hpp"

namespace trigloop::score {
namespace {

using core::Error;
using core::ErrorCode;

constexpr std::int64_t most_dense_bins = std::int64_t{1} << 24;

std::uint64_t plus(std::uint64_t a, std::uint64_t b) {
  std::uint64_t sum = 0;
  if (__builtin_add_overflow(a, b, &sum)) throw Error(ErrorCode::limit, "a count of a spectrum leaves 64 bits");
  return sum;
}

std::vector<event::LumiKey> united(const Spectrum& a, const Spectrum& b) {
  std::vector<event::LumiKey> both, all;
  std::ranges::set_intersection(a.lumisections, b.lumisections, std::back_inserter(both));
  if (!both.empty())
    throw Error(ErrorCode::mismatch, "run " + std::to_string(both[0].run) + ", lumisection " +
                                         std::to_string(both[0].lumisection) + " is in both spectra")
        .remedy("Leave one of them out: its events would count twice");
  std::ranges::set_union(a.lumisections, b.lumisections, std::back_inserter(all));
  return all;
}

}  // namespace

Exposure operator+(const Exposure& a, const Exposure& b) {
  const auto sum = [&](std::uint64_t Exposure::*field) -> std::uint64_t {
    const bool unknown = (a.rows > 0 && a.*field == 0) || (b.rows > 0 && b.*field == 0);
    return unknown ? 0 : plus(a.*field, b.*field);
  };
  return {sum(&Exposure::rows), sum(&Exposure::offered), sum(&Exposure::orbits), sum(&Exposure::colliding_crossings),
          sum(&Exposure::nanoseconds)};
}

Spectrum::Spectrum(int fraction, std::int64_t lowest, std::int64_t highest) : fraction_(fraction), lowest_(lowest) {
  if (highest >= lowest && highest - lowest < most_dense_bins)
    dense_.resize(static_cast<std::size_t>(highest - lowest + 1));
}

double Spectrum::score(std::int64_t code) const noexcept { return std::ldexp(static_cast<double>(code), -fraction_); }

void Spectrum::count(std::span<const std::int32_t> codes) {
  for (const std::int32_t code : codes) {
    const auto bin = static_cast<std::uint64_t>(code - lowest_);
    if (bin < dense_.size()) {
      ++dense_[bin];
    } else {
      ++others_[code];
    }
  }
  exposure.rows += codes.size();
}

void Spectrum::count(std::int64_t code, std::uint64_t n) {
  const auto bin = static_cast<std::uint64_t>(code) - static_cast<std::uint64_t>(lowest_);
  const std::uint64_t rows = plus(exposure.rows, n);  // no bin holds more than all rows, so none overflows
  if (n == 0) return;
  (bin < dense_.size() ? dense_[bin] : others_[code]) += n;
  exposure.rows = rows;
}

void Spectrum::add(const Spectrum& other) {
  if (fraction_ != other.fraction_)
    throw Error(ErrorCode::mismatch, "one spectrum counts steps of 2^-" + std::to_string(fraction_) +
                                         ", the other of 2^-" + std::to_string(other.fraction_));
  std::vector<event::LumiKey> sections = united(*this, other);
  const Exposure sum = exposure + other.exposure;
  add_bins(other);
  exposure = sum;
  lumisections = std::move(sections);
  if (model.empty()) model = other.model;
}

/// No bin holds more than all rows, whose sum is known to fit. Where both have dense bins they are added as vectors.
void Spectrum::add_bins(const Spectrum& other) {
  const auto end = [](const Spectrum& s) { return s.lowest_ + static_cast<std::int64_t>(s.dense_.size()); };
  const std::int64_t first = std::max(lowest_, other.lowest_);
  const std::int64_t last = std::max(first, std::min(end(*this), end(other)));
  if (first < last) {
    std::uint64_t* mine = dense_.data() + (first - lowest_);
    const std::uint64_t* theirs = other.dense_.data() + (first - other.lowest_);
    for (std::int64_t i = 0; i < last - first; ++i) mine[i] += theirs[i];
  }
  const auto add_one = [&](std::int64_t code, std::uint64_t n) {
    const auto bin = static_cast<std::uint64_t>(code) - static_cast<std::uint64_t>(lowest_);
    if (n != 0) (bin < dense_.size() ? dense_[bin] : others_[code]) += n;
  };
  for (std::int64_t code = other.lowest_; code < std::min(first, end(other)); ++code) add_one(code, other.at(code));
  for (std::int64_t code = std::max(last, other.lowest_); code < end(other); ++code) add_one(code, other.at(code));
  for (const auto& [code, n] : other.others_) add_one(code, n);
}

std::uint64_t Spectrum::at(std::int64_t code) const noexcept {
  const auto bin = static_cast<std::uint64_t>(code) - static_cast<std::uint64_t>(lowest_);
  if (bin < dense_.size()) return dense_[bin];
  const auto found = others_.find(code);
  return found == others_.end() ? 0 : found->second;
}

std::vector<std::pair<std::int64_t, std::uint64_t>> Spectrum::bins() const {
  std::vector<std::pair<std::int64_t, std::uint64_t>> bins;
  auto other = others_.begin();
  for (; other != others_.end() && other->first < lowest_; ++other) bins.emplace_back(*other);
  for (std::size_t i = 0; i < dense_.size(); ++i)
    if (dense_[i] != 0) bins.emplace_back(lowest_ + static_cast<std::int64_t>(i), dense_[i]);
  bins.insert(bins.end(), other, others_.end());
  return bins;
}

bool Spectrum::operator==(const Spectrum& other) const {
  return fraction_ == other.fraction_ && exposure == other.exposure && lumisections == other.lumisections &&
         model == other.model && bins() == other.bins();
}

Cumulative::Cumulative(const Spectrum& spectrum) : below_{0}, fraction_(spectrum.fraction()) {
  for (const auto& [code, n] : spectrum.bins()) {
    codes_.push_back(code);
    below_.push_back(below_.back() + n);
  }
}

std::uint64_t Cumulative::at_least(std::int64_t threshold) const {
  const auto first = std::ranges::lower_bound(codes_, threshold) - codes_.begin();
  return total() - below_[static_cast<std::size_t>(first)];
}

std::int64_t Cumulative::ranked(std::uint64_t k) const {
  if (k >= total()) throw Error(ErrorCode::mismatch, "the spectrum has no events of that rank");
  const auto above =
      std::ranges::upper_bound(below_, k) - below_.begin();  // the first with more than k events below it
  return codes_[static_cast<std::size_t>(above) - 1];
}

std::int64_t Cumulative::threshold(std::uint64_t allowed) const {
  if (total() <= allowed) return codes_.empty() ? 0 : codes_.front();
  // Of the events in descending order, number `allowed` is the first that must not pass.
  return ranked(total() - 1 - allowed) + 1;
}

// As NumPy computes it: the position in double, then a + (b - a) t, from the nearer end.
double Cumulative::percentile(double q) const {
  if (total() == 0) throw Error(ErrorCode::mismatch, "an empty spectrum has no percentiles");
  const double position = std::clamp(q / 100, 0.0, 1.0) * static_cast<double>(total() - 1);
  const auto k = static_cast<std::uint64_t>(position);
  const double t = position - static_cast<double>(k);
  const double a = std::ldexp(static_cast<double>(ranked(k)), -fraction_);
  const double b = std::ldexp(static_cast<double>(ranked(std::min(k + 1, total() - 1))), -fraction_);
  return t < 0.5 ? a + (b - a) * t : b - (b - a) * (1 - t);
}

RateScale::RateScale(unsigned colliding_bunches) {
  if (colliding_bunches == 0 || colliding_bunches > core::crossings_per_orbit)
    throw Error(ErrorCode::usage, "an orbit has 1 to " + std::to_string(core::crossings_per_orbit) +
                                      " colliding bunches, not " + std::to_string(colliding_bunches));
  crossing_millihertz_ = colliding_bunches * static_cast<std::uint64_t>(std::llround(core::orbit_rate_hz * 1000));
}

double RateScale::hertz(std::uint64_t passing, std::uint64_t total) const noexcept {
  if (total == 0) return 0;
  return static_cast<double>(passing) / static_cast<double>(total) * static_cast<double>(crossing_millihertz_) / 1000;
}

std::uint64_t RateScale::allowed(std::uint64_t millihertz, std::uint64_t total) const noexcept {
  __extension__ using Wide = unsigned __int128;
  const Wide count = Wide{total} * millihertz / crossing_millihertz_;
  return count > total ? total : static_cast<std::uint64_t>(count);
}

}  // namespace trigloop::score
