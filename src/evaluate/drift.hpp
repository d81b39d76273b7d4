#pragma once
// A measured drift, to be applied to simulated events: what would signals look like in the detector as it is now?
//
//     name: run 396102 against simulation       # for people
//     JET: {scale: 1.03, offset: 0}             # pt -> scale x pt + offset (in hardware units) of objects that are
//     there MET: {scale: 0.99}                        # MET, EGAMMA, MUON, JET; HT in GeV simulate:
//     ["dead-region:eta=-1..0.5,phi=90..120,size=100%"]   # drifts as `trigloop simulate --drift` takes them
//
// L1 decisions stay those of the events as they were.
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "curate/batch.hpp"
#include "curate/settings.hpp"
#include "simulate/drift.hpp"

namespace trigloop::evaluate {

class Drift {
 public:
  /// Errors: usage, with file and line; not_found; unsupported, for drifts of a stream (pile-up, bunch-fill), which no
  /// single event has.
  static Drift load(const std::filesystem::path& path);

  const std::string& name() const noexcept { return name_; }
  /// Moves the events of a batch; the same for equal events at equal entries. pt is rounded to the nearest integer and
  /// stays below what saturates the trigger's number.
  void apply(curate::Batch& batch, const curate::SideTypes& sides, std::span<const curate::Object> objects) const;

 private:
  struct Line {
    double scale = 1, offset = 0;
    bool moves() const noexcept { return scale != 1 || offset != 0; }
  };
  void move_objects(curate::Batch& batch, std::span<const curate::Object> objects) const;
  void move_ht(curate::Batch& batch, const curate::SideTypes& sides) const;
  void simulate(curate::Batch& batch, std::span<const curate::Object> objects) const;

  std::string name_;
  Line kinds_[curate::object_kinds], ht_;
  std::vector<simulate::Drift> drifts_;
};

}  // namespace trigloop::evaluate
