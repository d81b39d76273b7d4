#pragma once
// Equality, event by event: every contender's scores against the reference engine's, and the first difference with all
// that can be known about it.
#include <functional>
#include <map>

#include "deploy/proof/contender.hpp"

namespace trigloop::deploy {

/// Events of one origin, in parts.
struct EventSet {
  std::string name;
  std::vector<std::int16_t> rows;
};

/// All values of one event, by those who can tell.
struct Difference {
  std::string set;
  std::size_t event = 0;  ///< in its set
  std::vector<std::int16_t> input;
  std::vector<std::int32_t> expected, got;
  struct Column {
    std::string contender;
    std::vector<std::optional<std::int64_t>> codes;  ///< of all features of all nodes
  };
  std::vector<Column> columns;  ///< the reference first
};

enum class Verdict : std::uint8_t {
  equal,
  different,
  failed,  ///< it is there but does not build or run
  not_run  ///< it, or a tool that it needs, is not here: nothing is proven of it
};
std::string_view name_of(Verdict verdict) noexcept;

struct Standing {
  std::string name, how, reason;  ///< reason: why it failed or was not run
  Verdict verdict = Verdict::not_run;
  std::uint64_t events = 0;   ///< compared
  std::uint64_t outside = 0;  ///< that its interface cannot hold, and so not compared
  std::uint64_t different = 0;
  std::optional<Difference> first;
};

struct Equality {
  std::vector<std::pair<std::string, std::uint64_t>> sets;  ///< events by set
  std::vector<Standing> standings;                          ///< without the reference
  std::uint64_t events() const;
  /// No contender failed or differs, and at least one was compared.
  bool equal() const;
  /// None is missing.
  bool complete() const;
};

/// Candidates by name: what makes the contender, or throws why not.
using Candidates = std::vector<std::pair<std::string, std::function<ContenderPointer()>>>;

/// Those that are here; `standings` gets one for each candidate, in order, with nothing compared yet.
std::vector<ContenderPointer> gather(const Candidates& candidates, std::vector<Standing>& standings);

class Comparison {
 public:
  /// `contenders` and `standings` as from gather; null contenders are those that are not run.
  Comparison(const Network& network, Contender& reference, std::vector<ContenderPointer>& contenders,
             std::vector<Standing> standings);

  /// Compares a part of a set. A contender that throws has failed, and is left out from then on. Error: interrupted.
  void add(const EventSet& part);
  Equality result() const { return result_; }

 private:
  void compare(std::size_t contender, const EventSet& part, std::uint64_t first_event,
               std::span<const std::int32_t> expected);
  Difference difference(const Contender& contender, const EventSet& part, std::size_t event, std::uint64_t first_event,
                        std::span<const std::int32_t> expected, std::span<const std::int32_t> got);

  const Network& network_;
  Contender& reference_;
  std::vector<ContenderPointer>& contenders_;
  Equality result_;
};

/// Every intermediate value of every layer side by side; "<" marks those that are not the reference's.
std::string as_text(const Network& network, const std::string& contender, const Difference& difference);

/// The first node whose values differ in the contender's column, for people; "" if it cannot tell.
std::string first_node(const Network& network, const std::string& contender, const Difference& difference);

}  // namespace trigloop::deploy
