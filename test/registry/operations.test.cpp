// Random sequences of operations against a model of a few maps: the same answers at each step.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <random>
#include <set>

#include "core/error.hpp"
#include "registry/gc.hpp"
#include "registry/labels.hpp"
#include "registry/transfer.hpp"
#include "test/registry/fixtures.hpp"
#include "test/support/support.hpp"

namespace trigloop::registry {
namespace {

/// What a registry is, without files, tables or crashes.
struct Simple {
  struct Thing {
    std::string kind, name;
    std::int64_t version;
    std::map<std::string, std::string> tags;
    std::string stage = "none";
  };
  std::map<std::string, Thing> things;
  std::map<std::pair<std::string, std::string>, std::string> aliases;  ///< (name, alias)
  std::map<std::string, std::pair<std::set<std::string>, std::set<std::string>>> runs;
  std::map<std::string, std::int64_t> versions;  ///< by name: the highest alive

  void add(const std::string& id, const std::string& kind, const std::string& name) {
    if (things.contains(id)) return;
    std::int64_t highest = 0;
    for (const auto& [other, thing] : things)
      if (thing.kind == kind && thing.name == name) highest = std::max(highest, thing.version);
    things[id] = {kind, name, highest + 1, {}, "none"};
  }

  std::set<std::string> origin(std::set<std::string> ids) const {
    for (bool grows = true; grows;) {
      grows = false;
      for (const auto& [run, sides] : runs) {
        if (std::ranges::none_of(sides.second, [&](const auto& id) { return ids.contains(id); })) continue;
        for (const auto* side : {&sides.first, &sides.second})
          for (const std::string& id : *side) grows |= ids.insert(id).second;
      }
    }
    return ids;
  }

  void collect() {
    std::set<std::string> roots;
    for (const auto& [key, id] : aliases) roots.insert(id);
    for (const auto& [id, thing] : things) {
      if (thing.kind == "deployment" || thing.tags.contains("keep") || thing.stage == "candidate" ||
          thing.stage == "production")
        roots.insert(id);
    }
    const std::set<std::string> first = origin(roots);
    std::set<std::string> more = first;
    for (const auto& [run, sides] : runs) {
      const auto is_model = [&](const auto& id) { return first.contains(id) && things.at(id).kind == "model"; };
      const auto is_report = [&](const auto& id) { return things.at(id).kind == "report"; };
      if (std::ranges::none_of(sides.first, is_model) || std::ranges::none_of(sides.second, is_report)) continue;
      more.insert(sides.first.begin(), sides.first.end());
      more.insert(sides.second.begin(), sides.second.end());
    }
    const std::set<std::string> stay = origin(more);
    const auto goes = [&](const auto& id) { return !stay.contains(id); };
    std::erase_if(runs, [&](const auto& run) {
      return std::ranges::any_of(run.second.first, goes) || std::ranges::any_of(run.second.second, goes);
    });
    std::erase_if(things, [&](const auto& thing) { return goes(thing.first); });
  }
};

class Operations : public testing::TestWithParam<unsigned> {
 protected:
  std::size_t pick(std::size_t n) { return static_cast<std::size_t>(random_() % n); }
  std::string any() {
    auto it = simple_.things.begin();
    std::advance(it, static_cast<std::ptrdiff_t>(pick(simple_.things.size())));
    return it->first;
  }

  void add() {
    static constexpr const char* kinds[] = {"model", "report", "dataset", "deployment"};
    const std::size_t k = std::min<std::size_t>(pick(12), 3) == 3 && pick(8) != 0 ? pick(3) : pick(4);
    const std::string kind = kinds[k], name = "n" + std::to_string(pick(3)), text = std::to_string(pick(40));
    simple_.add(add_text(*store_, kind, name, text), kind, name);
  }
  void add_run() {
    std::set<std::string> in{any()}, out{any()};
    if (pick(3) == 0) in.insert(any());
    if (pick(4) == 0) out.insert(any());
    const std::string id =
        registry::add_run(*store_, "run" + std::to_string(pick(3)), {in.begin(), in.end()}, {out.begin(), out.end()});
    simple_.runs[id] = {in, out};
  }
  void label() {
    const std::string id = any(), word = "l" + std::to_string(pick(3));
    Simple::Thing& thing = simple_.things.at(id);
    switch (pick(5)) {
      case 0:
        set_alias(*store_, id, word);
        simple_.aliases[{thing.kind + "/" + thing.name, word}] = id;
        break;
      case 1: {
        const bool there =
            std::erase_if(simple_.aliases, [&](const auto& a) { return a.first.second == word && a.second == id; }) > 0;
        bool done = true;
        try {
          remove_alias(*store_, id, word);
        } catch (const core::Error&) {
          done = false;
        }
        EXPECT_EQ(done, there);
        break;
      }
      case 2:
        set_tag(*store_, id, pick(6) == 0 ? "keep" : word, word);
        break;
      case 3: {
        const std::string stage(stages()[pick(stages().size())]);
        if (stage == "staging") return;
        set_stage(*store_, id, stage);
        thing.stage = stage;
        break;
      }
      default:
        break;
    }
    for (const Tag& tag : store_->tags(id)) thing.tags[tag.key] = tag.value;
  }
  void reopen() {
    store_.reset();
    store_ = std::make_unique<Registry>(dir_ / "registry", Access::exclusive);
  }

  void expect_same() {
    const auto all = store_->list({.most = 0});
    ASSERT_EQ(all.size(), simple_.things.size());
    for (const Artifact& a : all) {
      const Simple::Thing& thing = simple_.things.at(a.id);
      EXPECT_EQ(a.kind, thing.kind);
      EXPECT_EQ(a.name, thing.name);
      EXPECT_EQ(a.version, thing.version);
      EXPECT_EQ(stage_of(*store_, a.id), thing.stage);
      EXPECT_EQ(store_->resolve(a.kind + "/" + a.name + ":" + std::to_string(a.version)), a.id);
      std::map<std::string, std::string> tags;
      for (const Tag& tag : store_->tags(a.id)) tags[tag.key] = tag.value;
      EXPECT_EQ(tags, thing.tags);
      std::set<std::string> made, expected;
      for (const registry::Run& run : store_->runs_of(a.id, true)) made.insert(run.id);
      for (const auto& [id, sides] : simple_.runs)
        if (sides.second.contains(a.id)) expected.insert(id);
      EXPECT_EQ(made, expected);
    }
    for (const auto& [key, id] : simple_.aliases) EXPECT_EQ(store_->resolve(key.first + "@" + key.second), id);
  }

  test::TempDir dir_;
  std::unique_ptr<Registry> store_ = std::make_unique<Registry>(dir_ / "registry", Access::exclusive);
  Simple simple_;
  std::mt19937_64 random_{GetParam()};
};

TEST_P(Operations, GiveTheAnswersOfASimpleModel) {
  for (int step = 0; step < 120; ++step) {
    const std::size_t what = pick(20);
    if (simple_.things.empty() || what < 7)
      add();
    else if (what < 12)
      add_run();
    else if (what < 18)
      label();
    else if (what == 18 && step % 3 == 0) {
      collect(*store_, {.artifacts = true, .dry_run = false});
      simple_.collect();
    } else
      reopen();
    expect_same();
    if (HasFailure()) FAIL() << "seed " << GetParam() << ", step " << step;
  }
  EXPECT_EQ(told(verify(*store_, {.references = 0})), "");
  if (simple_.things.empty()) return;
  std::vector<std::string> ids;
  for (const auto& [id, thing] : simple_.things) ids.push_back(id);
  export_to(*store_, ids, dir_ / "out");
  Registry other(dir_ / "other", Access::write);
  import_from(other, dir_ / "out");
  EXPECT_EQ(other.list({.most = 0}).size(), ids.size());
  EXPECT_EQ(told(verify(other, {.references = 0})), "");
}

INSTANTIATE_TEST_SUITE_P(Seeds, Operations, testing::Range(1u, 9u));

}  // namespace
}  // namespace trigloop::registry
