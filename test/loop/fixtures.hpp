#pragma once
// A site of three people, its registry, and a round that waits for their decision.
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "core/error.hpp"
#include "core/sha256.hpp"
#include "loop/decision.hpp"
#include "loop/journal.hpp"
#include "loop/measure.hpp"
#include "loop/site.hpp"
#include "registry/labels.hpp"
#include "test/support/support.hpp"

namespace trigloop::test {

template <class F>
core::Error error_of(F&& f) {
  try {
    f();
  } catch (const core::Error& e) {
    return e;
  }
  ADD_FAILURE() << "no error";
  return {core::ErrorCode::internal, ""};
}

struct TestSite {
  TempDir folder;
  registry::PrivateKey ada = registry::PrivateKey::make(), bob = registry::PrivateKey::make(),
                       cleo = registry::PrivateKey::make(), stranger = registry::PrivateKey::make();
  loop::Site site;
  registry::Registry registry;

  explicit TestSite(const std::string& more = "")
      : site(make(more)), registry(site.registry, registry::Access::write) {}

  /// The text of site.yml; `more` are lines at its top level.
  std::string text(const std::string& more) const {
    const auto person = [](const char* name, const registry::PrivateKey& key) {
      return std::string("      - {name: ") + name + ", key: \"" + registry::to_line(key.public_key()) + "\"}\n";
    };
    return "version: 1\nsite: test\n"
           "stream: {files: stream, zerobias: first.h5, options: [--sampling, nonempty]}\n"
           "training: {config: train.yml, seeds: [1, 2]}\n"
           "working_points:\n  - {name: nominal, raw: 1000, band: 0.05}\n"
           "approval:\n  - role: team\n    needed: 2\n    people:\n" +
           person("ada", ada) + person("bob", bob) + "  - role: committee\n    needed: 1\n    people:\n" +
           person("cleo", cleo) + more;
  }

  loop::Site make(const std::string& more) const {
    std::filesystem::create_directories(folder / "stream");
    write_file(folder / "first.h5", "");
    write_file(folder / "train.yml", "{}\n");
    write_file(folder / "site.yml", text(more));
    return loop::load_site(folder / "site.yml");
  }

  /// A round whose candidate waits for signatures. `threshold` is its working point's.
  loop::Round asking(std::uint32_t lumisection = 241, std::int64_t threshold = 2801) {
    loop::Journal journal(registry);
    loop::Round round = *journal.open({"old", "reference", {396102, lumisection}},
                                      {{"cause", "energy-scale"}, {"deployed", "b0"}, {"deployed_points", "[]"}});
    round = journal.move(round, loop::State::decided, {{"outcome", "retrain"}});
    return journal.move(round, loop::State::validated, facts(threshold));
  }

  static loop::Facts facts(std::int64_t threshold) {
    loop::MeasuredPoint point{.name = "nominal", .target = 1000, .band = 0.05, .threshold = threshold};
    point.raw = {3000, 1000.5, 18.2};
    return {{"candidate", "c0ffee"},
            {"candidate_model", "5eed"},
            {"evidence", core::sha256_hex(std::to_string(threshold))},
            {"points", loop::to_json({point})}};
  }

  std::string statement(const loop::Round& round, loop::Verb verb, const std::string& role) {
    return loop::text_of(loop::statement_of(site, registry, round, verb, role, loop::log_time(registry)));
  }

  loop::Signed decide(const loop::Round& round, loop::Verb verb, const std::string& role,
                      const registry::PrivateKey& key) {
    const std::string text = statement(round, verb, role);
    return loop::take_decision(site, registry, text, key.sign(loop::name_space, text), loop::log_time(registry));
  }

  loop::Tally tally(const loop::Round& round) {
    return loop::tally_of(site, registry, round, loop::log_time(registry));
  }
};

}  // namespace trigloop::test
