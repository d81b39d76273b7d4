#pragma once
// All detectors together: one promise.
//
// Each channel (a rate, a histogram) gives a mixture of e-detectors, and the monitor their weighted average M, which is
// one again, whatever the dependence between channels. An alarm is raised where M >= A, A the promised mean number of
// lumisections between false alarms.
//
// The cut on a single lumisection for sudden faults is part of the same budget: a count that is less probable than p*
// (5 sigma, or rarer where the budget asks for it) is an e-value of 1/p*, for its lumisection alone, with the weight
// `sudden_weight`; so it raises an alarm by itself where sudden_weight / p* >= A.
//
// After an alarm the strongest channel is muted until another reference is used: it has said what it has to say. The
// evidence of the others starts over, and with it the promise.
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "watch/alarm.hpp"
#include "watch/drift/rate_test.hpp"
#include "watch/drift/shape_test.hpp"
#include "watch/reference.hpp"

namespace trigloop::watch {

struct MonitorOptions {
  double mean_time = 10'000;  ///< lumisections between false alarms: A; 10^4 are 65 hours
};

struct RateChannel {
  RateReference reference;
  drift::RateTest test;
  double weight = 0;
  bool muted = false;
  double sudden = 0;  ///< e-value of the last lumisection alone
  double pull = 0;    ///< of the last lumisection, in standard deviations: a diagnostic, nothing is decided by it
};

struct HistogramChannel {
  HistogramReference reference;
  std::vector<drift::ShapeTest> tests;
  double weight = 0;
  bool muted = false;
};

/// Where a lumisection is in the evidence curve.
struct CurvePoint {
  event::LumiKey key;
  double evidence = 0;
};

class Monitor {
 public:
  static constexpr double sudden_weight = 0.01;

  Monitor(const Reference& reference, MonitorOptions options);

  /// Takes the next lumisection. The alarm that it raised or confirmed, if any.
  const Alarm* step(const Sample& sample);

  double evidence() const noexcept { return evidence_; }
  double level() const noexcept { return options_.mean_time; }
  std::uint64_t steps() const noexcept { return steps_; }
  const std::vector<Alarm>& alarms() const noexcept { return alarms_; }
  const std::vector<CurvePoint>& curve() const noexcept { return curve_; }
  const std::vector<RateChannel>& rates() const noexcept { return rates_; }
  const std::vector<HistogramChannel>& histograms() const noexcept { return histograms_; }
  /// Lumisections whose histograms were not tested, as their pile-up is not known while the reference depends on it.
  std::uint64_t without_pileup() const noexcept { return without_pileup_; }
  /// How many alarms were delivered (watch/deliver.hpp) and posted (watch/webhook.hpp); kept with the state.
  std::uint64_t delivered = 0, posted = 0;
  /// What every channel says now, the strongest first.
  std::vector<Finding> findings() const;
  /// The last lumisection that was taken.
  std::optional<event::LumiKey> last() const noexcept;

  /// The whole state as text, from which a monitor of the same reference goes on with the same alarms. Error: mismatch,
  /// if the state is of another reference or of another promise; damaged.
  std::string save() const;
  void restore(const std::string& state, const std::string& name);

 private:
  void set_weights();
  void step_rates(const Sample& sample);
  void step_histograms(const Sample& sample);
  const Alarm& raise();
  event::LumiKey key_of(std::uint64_t step) const noexcept;
  void restart_detectors() noexcept;

  std::string reference_id_;
  MonitorOptions options_;
  std::vector<RateChannel> rates_;
  std::vector<HistogramChannel> histograms_;
  std::uint64_t steps_ = 0, without_pileup_ = 0;
  double evidence_ = 0;
  std::vector<Alarm> alarms_;
  std::vector<CurvePoint> curve_;
};

}  // namespace trigloop::watch
