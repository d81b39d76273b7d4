#pragma once
// A storage that waits where its disk is full: what was to be written is written when there is space again, and trials
// go on meanwhile, as far as they can without being heard. A worker that ended instead would take them with it.
#include <chrono>
#include <functional>

#include "tune/storage/storage.hpp"

namespace trigloop::tune {

class PatientStorage final : public Storage {
 public:
  struct Options {
    std::function<bool()> asked_to_stop;              ///< then the error is thrown after all
    std::function<void(const std::string&)> on_wait;  ///< once for each time that the disk is full
    std::chrono::milliseconds again{1000};            ///< from one attempt to the next
  };
  PatientStorage(Storage& storage, Options options) : storage_(storage), options_(std::move(options)) {}

  const StudySummary& study() const override { return storage_.study(); }
  const History& history() const override { return storage_.history(); }
  void refresh() override { storage_.refresh(); }
  /// `decide` may be asked several times: each time on the history of then.
  void update(const Decide& decide) override;
  using Storage::update;
  void set_study_attribute(op::Scope scope, const std::string& key, const std::string& json) override {
    storage_.set_study_attribute(scope, key, json);
  }
  std::vector<std::int64_t> stale(double grace) override { return storage_.stale(grace); }
  const std::vector<std::string>& warnings() const override { return storage_.warnings(); }

 private:
  Storage& storage_;
  Options options_;
};

}  // namespace trigloop::tune
