#pragma once
// Between rounds: the reference of what is deployed, and the watch for drift through it.
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "loop/lumis.hpp"
#include "loop/site.hpp"
#include "watch/alarm.hpp"

namespace trigloop::loop {

class Sentry {
 public:
  Sentry(const Site& site, const std::vector<Round>& rounds, const StreamView& stream);

  bool has_reference() const;
  std::filesystem::path reference_file() const;
  /// Lumisections of which the reference is made: of the deployed model, after the switch and from its shadow.
  std::vector<Scored> reference_lumis() const;

  struct Watched {
    std::string reference;              ///< id
    std::optional<watch::Alarm> alarm;  ///< the first since evidence began
    std::size_t lumisections = 0;       ///< that were watched
    double evidence = 0;
  };
  /// Needs the reference. `keep`: the detectors' state is kept in a file, from which the next look goes on.
  Watched watch(bool keep) const;

 private:
  /// Alarms of lumisections up to this one belong to rounds that have ended, or to their cool-down.
  event::LumiKey quiet_until() const;

  const Site& site_;
  const std::vector<Round>& rounds_;
  const StreamView& stream_;
  Deployed deployed_;
};

}  // namespace trigloop::loop
