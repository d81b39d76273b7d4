#pragma once
// What examines events: a compiled network, a menu, and what is known of the stream.
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "event/layout.hpp"
#include "menu/menu.hpp"
#include "score/engine.hpp"
#include "scout/record/record.hpp"

namespace trigloop::scout {

/// A further network that scores the same events, for records of its own.
struct Shadow {
  std::shared_ptr<const score::Engine> engine;
  std::int64_t lowest_code = 0, highest_code = 0;
  Identity identity;
};

/// Immutable, shared by all inputs and threads.
struct Examiner {
  event::Layout layout;
  std::shared_ptr<const score::Engine> engine;
  std::int64_t lowest_code = 0, highest_code = 0;  ///< codes that the network can give
  std::optional<menu::Menu> menu;
  Identity identity;
  ReservoirRule reservoir;
  std::vector<Shadow> shadows;

  /// Some events are gathered whole.
  bool keeps_events() const noexcept { return identity.tail_rule.count > 0 || reservoir.count > 0; }
};

/// A model's files.
struct ModelFiles {
  std::string model, normalisation;  ///< normalisation: of a QKeras model's inputs, else ""
};

/// SHA-256 of the model's file; with a normalisation, of both: the scaling of the inputs belongs to the model.
std::string model_id(const ModelFiles& files);

struct ExaminerOptions : ModelFiles {
  std::string engine, layout, menu;                             ///< file names or built-in names; menu "": none
  std::map<std::string, std::uint32_t, std::less<>> prescales;  ///< x 100, by seed, in place of the menu's
  StreamDescription stream;
  TailRule tail;
  double tail_threshold = 0;  ///< a score, in place of TailRule::threshold if it is not 0
  std::uint32_t inputs_every = 8;
  std::uint32_t reservoir = 0;  ///< ReservoirRule::count
  std::vector<ModelFiles> shadows;
};

/// Builds the examiner and its identity. Errors: those of loading and compiling; mismatch, if model and layout disagree
/// on the number of features, or the model takes scaled numbers; unsupported, for a float score, several outputs,
/// physical values, or a layout without orbits: exactly-once is by orbit; usage, if a model comes twice.
Examiner make_examiner(const ExaminerOptions& options);

}  // namespace trigloop::scout
