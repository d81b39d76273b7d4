#pragma once
// How `trigloop scout run` records itself: model, menu and streams in, records of lumisections out.
#include <filesystem>
#include <set>
#include <vector>

#include "app/record.hpp"
#include "app/scout/scout.hpp"
#include "event/lumi.hpp"
#include "scout/ledger/ledger.hpp"

namespace trigloop::app {

class ScoutRecord {
 public:
  /// Before the run: inputs may be consumed by it. They are known by size, for their content would have to be read
  /// twice.
  ScoutRecord(const RecordOptions& options, const ScoutOptions& examiner,
              const std::vector<std::filesystem::path>& inputs, const scout::Ledger& ledger);
  /// Of these lumisections.
  void commit(const std::set<event::LumiKey>& lumisections);
  /// Of those that were not there before.
  void commit_new();

 private:
  const scout::Ledger& ledger_;
  Recorder record_;
  std::set<event::LumiKey> before_;
};

/// "396102:1-20,30 396103:4"
std::string ranges_of(const std::set<event::LumiKey>& lumisections);

}  // namespace trigloop::app
