#include "watch/drift_run.hpp"

#include <algorithm>
#include <set>

#include "core/file.hpp"
#include "core/parallel.hpp"
#include "scout/record/record.hpp"

namespace trigloop::watch {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t piece = 1024;  ///< lumisections that are in memory at a time
constexpr std::uint64_t most_state_bytes = 1u << 30;

bool tells_of_several_models(const conditions::Conditions& conditions) {
  std::set<std::string> models;
  for (const conditions::Interval& interval : conditions.intervals) models.insert(interval.model);
  return models.size() > 1;
}

}  // namespace

DriftRun::DriftRun(DriftOptions options)
    : options_(std::move(options)),
      reference_(load_reference(options_.reference)),
      monitor_(reference_, options_.monitor) {
  if (!options_.conditions.empty()) conditions_ = conditions::load_conditions(options_.conditions);
  models_change_ = conditions_ && tells_of_several_models(*conditions_);
  if (!options_.on_alarm.empty()) command_ = by_command(options_.on_alarm);
  if (!options_.webhook.url.empty()) webhook_.emplace(options_.webhook);
  if (options_.state.empty() || !fs::exists(options_.state)) return;
  monitor_.restore(core::read_text(options_.state, most_state_bytes), options_.state);
}

void DriftRun::take(const std::vector<fs::path>& files, const std::function<void(const Alarm&)>& on_alarm) {
  std::vector<fs::path> fresh;
  const auto last = monitor_.last();
  std::copy_if(files.begin(), files.end(), std::back_inserter(fresh), [&](const fs::path& file) {
    const auto key = scout::lumi_of(file);
    return key && (!last || *key > *last);
  });
  for (std::size_t first = 0; first < fresh.size(); first += piece) {
    take_piece({fresh.begin() + static_cast<std::ptrdiff_t>(first),
                fresh.begin() + static_cast<std::ptrdiff_t>(std::min(first + piece, fresh.size()))},
               on_alarm);
  }
}

void DriftRun::take_piece(const std::vector<fs::path>& files, const std::function<void(const Alarm&)>& on_alarm) {
  std::vector<std::optional<Sample>> samples(files.size());
  core::parallel_for(files.size(), options_.threads, [&](std::size_t i, unsigned) {
    const Lumi lumi = read_lumi(files[i], LumiPart::whole);
    if (models_change_ && !lumi.model.empty() && lumi.model != reference_.model) return;
    samples[i] = sample_of(lumi, reference_, conditions_ ? &*conditions_ : nullptr);
  });
  for (const auto& sample : samples) {
    of_other_models_ += sample ? 0 : 1;
    const Alarm* alarm = sample ? monitor_.step(*sample) : nullptr;
    if (alarm != nullptr && on_alarm && alarm->confirmations == 0) on_alarm(*alarm);
  }
  save();
}

std::string DriftRun::deliver() {
  std::string failure;
  const auto& alarms = monitor_.alarms();
  const auto give = [&](std::uint64_t& delivered, const Send& send) {
    const std::uint64_t before = delivered;
    delivered = watch::deliver(alarms, delivered, send, failure);
    if (delivered != before) save();
  };
  if (command_) give(monitor_.delivered, command_);
  if (webhook_) give(monitor_.posted, [this](const Alarm& alarm) { return webhook_->post(alarm); });
  return failure;
}

void DriftRun::save() const {
  if (options_.state.empty()) return;
  core::write_file(options_.state, monitor_.save());
}

CourseOptions course_of_reference(const Reference& reference) {
  CourseOptions options;
  options.points.clear();
  options.model = reference.model;
  for (const RateReference& rate : reference.rates) {
    options.points.push_back(rate.point);
    options.thresholds.emplace_back(rate.threshold);
  }
  return options;
}

}  // namespace trigloop::watch
