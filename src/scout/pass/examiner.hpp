#pragma once
// What examines events: a compiled network, a menu, and what is known of the stream.
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "event/layout.hpp"
#include "menu/menu.hpp"
#include "score/engine.hpp"
#include "scout/record/record.hpp"

namespace trigloop::scout {

/// Immutable, shared by all inputs and threads.
struct Examiner {
  event::Layout layout;
  std::shared_ptr<const score::Engine> engine;
  std::int64_t lowest_code = 0, highest_code = 0;  ///< codes that the network can give
  std::optional<menu::Menu> menu;
  Identity identity;
  ReservoirRule reservoir;

  /// Some events are gathered whole.
  bool keeps_events() const noexcept { return identity.tail_rule.count > 0 || reservoir.count > 0; }
};

struct ExaminerOptions {
  std::string model, normalisation;  ///< file names; normalisation of a QKeras model's inputs, else ""
  std::string engine, layout, menu;  ///< file names or built-in names; menu "": none
  StreamDescription stream;
  TailRule tail;
  double tail_threshold = 0;  ///< a score, in place of TailRule::threshold if it is not 0
  std::uint32_t inputs_every = 8;
  std::uint32_t reservoir = 0;  ///< ReservoirRule::count
};

/// Builds the examiner and its identity. Errors: those of loading and compiling; mismatch, if model and layout disagree
/// on the number of features, or the model takes scaled numbers; unsupported, for a float score, several outputs,
/// physical values, or a layout without orbits: exactly-once is by orbit.
Examiner make_examiner(const ExaminerOptions& options);

}  // namespace trigloop::scout
