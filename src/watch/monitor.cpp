#include "watch/monitor.hpp"

#include <algorithm>
#include <cmath>

#include "watch/findings.hpp"

namespace trigloop::watch {
namespace {

constexpr double five_sigma = 5.733e-7;      // both sides of a Gaussian
constexpr std::uint64_t joined_within = 30;  // lumisections: two begins so near are taken for one change
constexpr double rate_share = 0.33, score_share = 0.16, input_share = 0.5;

/// A first look that spares the incomplete beta function almost always.
bool far(double count, const drift::Predictive& p) noexcept {
  const double variance = p.mean + p.mean * p.mean / p.shape;
  return (count - p.mean) * (count - p.mean) > 16 * variance;
}

std::vector<drift::ShapeTest> tests_for(const HistogramReference& histogram) {
  std::vector<drift::ShapeTest> tests;
  for (const drift::ShapeModel& model : histogram.tests) {
    tests.emplace_back(model, alternatives_of(histogram.change(), histogram.fine, histogram.edges, model.shares));
  }
  return tests;
}

double value_of(const HistogramChannel& channel) noexcept {
  double sum = 0;
  for (const drift::ShapeTest& test : channel.tests) sum += test.value();
  return sum / static_cast<double>(channel.tests.size());
}

}  // namespace

Monitor::Monitor(const Reference& reference, MonitorOptions options) : reference_id_(reference.id), options_(options) {
  for (const RateReference& rate : reference.rates) rates_.push_back({rate, drift::RateTest(rate.model)});
  for (const HistogramReference& histogram : reference.histograms) {
    histograms_.push_back({histogram, tests_for(histogram)});
  }
  set_weights();
}

void Monitor::set_weights() {
  const auto scores = static_cast<double>(
      std::ranges::count_if(histograms_, [](const auto& h) { return h.reference.object == "score"; }));
  const auto rates = static_cast<double>(rates_.size());
  const double inputs = static_cast<double>(histograms_.size()) - scores;
  const double present = (rates > 0 ? rate_share : 0) + (scores > 0 ? score_share : 0) + (inputs > 0 ? input_share : 0);
  const double scale = (1 - sudden_weight) / present;
  for (RateChannel& channel : rates_) channel.weight = scale * rate_share / rates;
  for (HistogramChannel& channel : histograms_) {
    const bool score = channel.reference.object == "score";
    channel.weight = scale * (score ? score_share / scores : input_share / inputs);
  }
}

void Monitor::step_rates(const Sample& sample) {
  const auto rates = static_cast<double>(rates_.size());
  const double p_star = std::min(five_sigma, sudden_weight / (rates * options_.mean_time));
  for (std::size_t r = 0; r < rates_.size(); ++r) {
    RateChannel& channel = rates_[r];
    const drift::Count& seen = sample.counts[r];
    if (seen.exposure <= 0) continue;
    channel.test.step(seen, steps_);
    const drift::Predictive& p = channel.test.last();
    channel.pull = (seen.count - p.mean) / std::sqrt(p.mean + p.mean * p.mean / p.shape);
    const bool sudden = far(seen.count, p) && drift::tail_probability(seen.count, p) <= p_star;
    channel.sudden = sudden ? 1 / (p_star * rates) : 0;
  }
}

void Monitor::step_histograms(const Sample& sample) {
  if (sample.pileup_missing) {
    ++without_pileup_;
    return;
  }
  for (std::size_t h = 0; h < histograms_.size(); ++h) {
    HistogramChannel& channel = histograms_[h];
    if (sample.bins[h].empty() || channel.muted) continue;
    double total = 0;
    for (const double n : sample.bins[h]) total += n;
    for (std::size_t t = 0; t < channel.tests.size(); ++t) {
      channel.tests[t].step({bins_of_test(sample.bins[h], channel.reference.change(), t), total, sample.z}, steps_);
    }
  }
}

const Alarm* Monitor::step(const Sample& sample) {
  step_rates(sample);
  step_histograms(sample);
  evidence_ = 0;
  for (const RateChannel& channel : rates_) {
    if (!channel.muted) evidence_ += channel.weight * channel.test.value() + sudden_weight * channel.sudden;
  }
  for (const HistogramChannel& channel : histograms_) {
    if (!channel.muted) evidence_ += channel.weight * value_of(channel);
  }
  curve_.push_back({sample.key, evidence_});
  ++steps_;
  return evidence_ >= options_.mean_time ? &raise() : nullptr;
}

event::LumiKey Monitor::key_of(std::uint64_t step) const noexcept {
  return step < curve_.size() ? curve_[step].key : event::LumiKey{};
}

std::optional<event::LumiKey> Monitor::last() const noexcept {
  if (curve_.empty()) return {};
  return curve_.back().key;
}

std::vector<Finding> Monitor::findings() const {
  std::vector<Finding> all;
  for (const RateChannel& channel : rates_) all.push_back(finding_of(channel));
  for (const HistogramChannel& channel : histograms_) all.push_back(finding_of(channel));
  for (Finding& finding : all) finding.since = key_of(finding.since_step);
  std::ranges::stable_sort(all, std::greater<>(), &Finding::evidence);
  return all;
}

void Monitor::restart_detectors() noexcept {
  for (RateChannel& channel : rates_) channel.test.restart_detector();
  for (HistogramChannel& channel : histograms_) {
    for (drift::ShapeTest& test : channel.tests) test.restart_detector();
  }
}

/// Finds the channel that leads, mutes it, and writes or amends the alarm.
const Alarm& Monitor::raise() {
  double largest = -1;
  bool sudden = false;
  bool* muted = nullptr;
  std::string lead;
  const auto consider = [&](double value, bool is_sudden, bool& is_muted, const std::string& name) {
    if (is_muted || value <= largest) return;
    largest = value;
    sudden = is_sudden;
    muted = &is_muted;
    lead = name;
  };
  for (RateChannel& channel : rates_) {
    consider(channel.weight * channel.test.value(), false, channel.muted, name_of(channel.reference.point));
    consider(sudden_weight * channel.sudden, channel.sudden > 0, channel.muted, name_of(channel.reference.point));
  }
  for (HistogramChannel& channel : histograms_) {
    consider(channel.weight * value_of(channel), false, channel.muted, channel.reference.name());
  }
  *muted = true;
  std::vector<Finding> found = findings();
  const auto leading = std::ranges::find(found, lead, &Finding::channel);
  std::uint64_t since = sudden ? steps_ - 1 : leading->since_step;
  std::rotate(found.begin(), leading, leading + 1);

  const bool joins = !alarms_.empty() && since <= alarms_.back().raised_step + joined_within;
  if (!joins) {
    Alarm alarm;
    alarm.number = alarms_.size() + 1;
    alarm.at = key_of(steps_ - 1);
    alarm.raised_step = steps_ - 1;
    alarm.since_step = since;
    alarm.since = key_of(since);
    alarm.evidence = evidence_;
    alarm.sudden = sudden;
    alarm.reference = reference_id_;
    alarms_.push_back(std::move(alarm));
  } else {
    ++alarms_.back().confirmations;
  }
  Alarm& alarm = alarms_.back();
  alarm.findings = moved_since(found, alarm.since_step, joined_within);
  alarm.cause = cause_of(alarm.findings);
  restart_detectors();
  return alarm;
}

}  // namespace trigloop::watch
