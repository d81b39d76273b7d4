#pragma once
// The stream as the loop sees it: which lumisections were scored by which model, and which of them are good.
#include <cstdint>
#include <filesystem>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "loop/journal.hpp"
#include "loop/measure.hpp"
#include "loop/site.hpp"

namespace trigloop::loop {

/// Lumisections that nobody may learn from: a part of the detector was faulty. A fault outlasts its run.
struct Excluded {
  event::LumiKey first, end = {std::numeric_limits<std::uint32_t>::max(), 0};  ///< [first, end)
  std::string why = {};
  bool holds(event::LumiKey key) const noexcept { return first <= key && key < end; }
};

class StreamView {
 public:
  /// Looks at the output folder of scout and at what the rounds exclude. Errors: those of reading.
  StreamView(const Site& site, const std::vector<Round>& rounds);
  StreamView(const Site& site, const std::vector<Round>& rounds, RecordIndex& index);

  /// Scored by `model` as the deployed one, ascending, the good ones only or all.
  std::vector<Scored> good(const std::string& model, event::LumiKey from) const;
  std::vector<Scored> all(const std::string& model) const;
  std::optional<event::LumiKey> last() const;
  const std::vector<Excluded>& excluded() const noexcept { return excluded_; }
  bool is_good(event::LumiKey key) const noexcept;

 private:
  StreamView(const Site& site, const std::vector<Round>& rounds, RecordIndex&& index)
      : StreamView(site, rounds, index) {}

  std::vector<Scored> lumis_;
  std::vector<Excluded> excluded_;
};

/// What is deployed, as the rounds tell it.
struct Deployed {
  std::string artifact, model;  ///< the registry's id; SHA-256 of the model's file; empty: nothing is
  std::vector<MeasuredPoint> points;
  std::string round;  ///< that deployed it
};
Deployed deployed_of(const std::vector<Round>& rounds);

/// Records of these lumisections as a folder of their own, for commands that take folders.
void link_records(const std::filesystem::path& folder, const std::vector<Scored>& lumis);

event::LumiKey key_of(const Facts& facts, const std::string& run, const std::string& lumisection);
/// "396102:241"; and back. Error: usage.
std::string text_of(event::LumiKey key);
event::LumiKey parse_lumi(const std::string& text);

}  // namespace trigloop::loop
