#pragma once
// What a round does next. A step is a list of commands and what is read from their results; making it changes nothing,
// so that `plan` shows exactly what `run` would do.
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "loop/command.hpp"
#include "loop/journal.hpp"
#include "loop/lumis.hpp"
#include "loop/site.hpp"

namespace trigloop::loop {

/// Where a step leads, and what became known. Without a state: not yet, for the reason.
struct Result {
  std::optional<State> to;
  Facts facts;
  std::string why;
  bool trouble = false;  ///< of the machine, such as a full disk: it is tried again
};

struct Step {
  std::string what;                ///< in words
  std::vector<Command> commands;   ///< in order; each may be run again
  std::function<Result()> finish;  ///< after the commands
  bool one_is_enough = false;      ///< commands that fail are left out, as long as one succeeds
  bool optional = false;           ///< commands that fail are left out, all of them if need be
};

/// What all steps look at.
struct Context {
  const Site& site;
  registry::Registry& registry;
  const StreamView& stream;
  const Round& round;

  std::filesystem::path folder() const { return site.work / "rounds" / round.id; }
  /// A command whose log, and output if named, are in the round's folder.
  Command command(std::vector<std::string> words, const std::string& output = "") const;
};

/// By the state of the round.
Step next_step(const Context& context);

// One file each.
Step step_decide(const Context& context);
Step step_collect(const Context& context);
Step step_curate(const Context& context);
Step step_tune(const Context& context);
Step step_train(const Context& context);
Step step_choose(const Context& context);
Step step_shadow(const Context& context);
Step step_validate(const Context& context);
Step step_approval(const Context& context);
Step step_switch(const Context& context);
Step step_probation(const Context& context);

/// Words for `trigloop train`: what the round's search found, and where.
std::vector<std::string> tuned_settings(const Context& context);

}  // namespace trigloop::loop
