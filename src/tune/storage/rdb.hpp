#pragma once
// Optuna's RDBStorage in SQLite.
//
// What others do is found cheaply: SQLite tells whether anybody else has written (data_version); if so, the trials that
// were not finished and those behind the last one known are looked at. Our own writes go to the history directly.
#include <filesystem>
#include <memory>
#include <set>
#include <vector>

#include "registry/database.hpp"
#include "tune/storage/journal_lines.hpp"
#include "tune/storage/storage.hpp"

namespace trigloop::tune {

class Rdb final : public Storage {
 public:
  /// Errors: as open_storage.
  Rdb(const std::filesystem::path& path, const OpenStorage& open);

  const StudySummary& study() const override { return study_; }
  const History& history() const override { return *history_; }
  void refresh() override;
  void update(const Decide& decide) override;
  using Storage::update;
  void set_study_attribute(op::Scope scope, const std::string& key, const std::string& json) override;
  std::vector<std::int64_t> stale(double grace) override;
  const std::vector<std::string>& warnings() const override { return warnings_; }

  static std::vector<StudySummary> list(const std::filesystem::path& path);

 private:
  void find_study(const OpenStorage& open);
  void read_news();
  void read_if_open(std::int64_t number);
  Trial read_trial(registry::Query& row);
  void read_parameters(Trial& trial);
  void read_numbers(Trial& trial);
  TrialTime read_time(const std::string& text) const;

  std::unique_ptr<registry::Database> database_;
  StudySummary study_;
  std::unique_ptr<History> history_;
  Distributions distributions_;
  std::int64_t version_ = -1;  ///< data_version when the history was last read
  std::int64_t last_id_ = 0;   ///< of the trials known
  bool local_times_ = false;
  std::vector<std::string> warnings_;
};

}  // namespace trigloop::tune
