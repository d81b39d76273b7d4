#pragma once
// Operations as rows of Optuna's tables.
#include <string>
#include <string_view>
#include <vector>

#include "registry/database.hpp"
#include "tune/storage/storage.hpp"

namespace trigloop::tune {

/// Its id. Within a transaction, as all below.
std::int64_t insert_study(registry::Database& database, const std::string& name,
                          const std::vector<Direction>& directions);
void put_study_attribute(registry::Database& database, std::int64_t study, op::Scope scope, const std::string& key,
                         const std::string& json);

/// A number from its column and the name of its type: infinities and NaN are NULL there.
double number_of(double stored, std::string_view type);

class RdbWriter {
 public:
  RdbWriter(registry::Database& database, std::int64_t study, bool local_times)
      : database_(database), study_(study), local_times_(local_times) {}

  /// The id of the trial that it is on; a new one gets `number`.
  std::int64_t write(const Operation& operation, const History& history, std::int64_t number);

 private:
  std::int64_t put(const op::Create& create, std::int64_t number);
  void put(const op::SetParameter& o, std::int64_t id);
  void put(const op::State& o, std::int64_t id);
  void put(const op::Report& o, std::int64_t id);
  void put(const op::SetAttribute& o, std::int64_t id);
  void put(const op::Heartbeat& o, std::int64_t id);
  void put_values(const std::vector<double>& values, std::int64_t id);
  registry::Value time(const std::optional<TrialTime>& time) const;

  registry::Database& database_;
  std::int64_t study_;
  bool local_times_;
};

}  // namespace trigloop::tune
