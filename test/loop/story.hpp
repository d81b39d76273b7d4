#pragma once
// The toy of a site (toy.hpp) with its people, its loop as another process, and what happens to it.
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "loop/loop.hpp"
#include "test/loop/fixtures.hpp"
#include "test/loop/toy.hpp"

namespace trigloop::loop {

inline constexpr const char* settings =
    "trigger: {exposure: 5, patience: 10, cool_down: 5, reference: 30}\n"
    "gates: {shadow: 5}\ndeployment: {delay: 1, probation: 5}\n";

/// A site whose stream is delivered by the test, and whose loop is another process.
struct Story : test::TestSite {
  explicit Story(const std::string& more = settings) : test::TestSite(more) {
    test::write_events(folder / "first.h5");
    ::setenv("SOURCE_DATE_EPOCH", "1700000000", 1);
  }
  ~Story() { ::unsetenv("SOURCE_DATE_EPOCH"); }

  test::CommandResult look() { return test::run_command({TRIGLOOP_LOOP_DRIVER, (folder / "site.yml").string()}); }
  void deliver(std::uint32_t first, std::uint32_t last, double scale) {
    test::deliver(folder.path(), first, last, scale);
  }
  Journal journal() { return Journal(registry); }
  Round last() { return journal().rounds().back(); }
  void approve() {
    const Round round = *journal().open_round();
    for (const auto& [role, key] : {std::pair("team", &ada), {"team", &bob}, {"committee", &cleo}})
      decide(round, Verb::approve, role, *key);
  }
  /// A round that was begun by hand, up to a deployed model that has a reference.
  void begin() {
    deliver(1, 5, 1);
    Loop(site, registry, "").start("manual", {}, "the first model");
    look();
    approve();
    look();
    deliver(6, 45, 1);
    look();
  }
  std::vector<std::string> states(const Round& round) const {
    std::vector<std::string> names;
    for (const RoundStep& step : round.steps) names.emplace_back(name_of(step.state));
    return names;
  }
};

using Names = std::vector<std::string>;

}  // namespace trigloop::loop
