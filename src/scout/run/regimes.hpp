#pragma once
// By what each lumisection is examined: the network, menu and fill that the conditions say were valid then.
//
// A lumisection is examined by one thing from its first event to its last: what was chosen for it first stays, whatever
// the conditions say later, and what its record has been made by stays over restarts. So a network is switched between
// lumisections, never inside one. The network before the switch looks on for `overlap` lumisections.
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "conditions/conditions.hpp"
#include "scout/pass/examiner.hpp"

namespace trigloop::scout {

struct RegimeOptions {
  ExaminerOptions usual;             ///< where no interval says otherwise
  std::filesystem::path conditions;  ///< YAML; read again when it changes
  std::vector<std::string>
      models;                 ///< files, and folders of .onnx files, among which an interval's network is looked for
  std::uint32_t overlap = 0;  ///< lumisections
  std::filesystem::path records;                                            ///< output folder
  std::function<void(const std::string&)> say = [](const std::string&) {};  ///< a line for people
};

class Regimes {
 public:
  /// Errors: those of load_conditions and make_examiner.
  explicit Regimes(RegimeOptions options);

  const Examiner& usual() const noexcept { return *usual_; }
  /// Thread-safe. Errors: not_found, if none of the models is the one that the conditions, or the lumisection's record,
  /// name; those of make_examiner; mismatch, if the record was made by another menu or stream.
  std::shared_ptr<const Examiner> at(event::LumiKey lumi);

 private:
  void read_conditions();
  void read_models();
  /// By the SHA-256 or its beginning. Error: not_found.
  ModelFiles model(const std::string& id);
  ExaminerOptions options_at(event::LumiKey lumi);
  std::shared_ptr<const Examiner> make(const ExaminerOptions& options);
  std::shared_ptr<const Examiner> choose(event::LumiKey lumi);

  RegimeOptions options_;
  std::shared_ptr<const Examiner> usual_;
  std::mutex mutex_;
  conditions::Conditions conditions_;
  std::int64_t read_at_ = 0;                  ///< modification time of what was read
  std::map<std::string, ModelFiles> models_;  ///< by SHA-256
  std::map<std::string, std::shared_ptr<const Examiner>> made_;
  std::map<event::LumiKey, std::shared_ptr<const Examiner>> chosen_;
};

}  // namespace trigloop::scout
