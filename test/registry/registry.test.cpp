#include "registry/registry.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "core/error.hpp"
#include "registry/labels.hpp"
#include "registry/schema.hpp"
#include "test/registry/fixtures.hpp"
#include "test/support/support.hpp"

namespace trigloop::registry {
namespace {

using core::Error;
using core::ErrorCode;
using testing::ElementsAre;
using testing::HasSubstr;

ErrorCode code_of(const auto& work) {
  try {
    work();
  } catch (const Error& e) {
    return e.code();
  }
  return ErrorCode::internal;
}

class RegistryTest : public testing::Test {
 protected:
  test::TempDir dir_;
  Registry store_{dir_ / "registry", Access::write};
};

TEST_F(RegistryTest, RemembersAllThatWasTold) {
  const NewArtifact model{.kind = "model",
                          .name = "axol1tl",
                          .files = {store_.objects().put_text("abc", "model.onnx")},
                          .references = {{.uri = "root://eos//x",
                                          .bytes = 7,
                                          .checksum = "adler32:00000001",
                                          .entries = 12,
                                          .lumisections = "396102:1-20"}},
                          .metrics = {{"loss", 0, 0.1}, {"loss", 1, std::nan("")}},
                          .tags = {{"note", "first"}},
                          .properties = R"({"ebops":5})"};
  const std::string id = store_.add(model);
  Registry again(dir_ / "registry", Access::read);
  const Artifact a = again.get(id);
  EXPECT_EQ(a.kind, "model");
  EXPECT_EQ(a.name, "axol1tl");
  EXPECT_EQ(a.version, 1);
  EXPECT_EQ(a.bytes, 10u);
  EXPECT_EQ(a.files, 2u);
  EXPECT_EQ(a.properties, R"({"ebops":5})");
  ASSERT_EQ(again.files(id).size(), 1u);
  EXPECT_EQ(again.objects().read(again.files(id)[0]), "abc");
  const Reference r = again.references(id).at(0);
  EXPECT_EQ(r.uri, "root://eos//x");
  EXPECT_EQ(r.entries, 12u);
  EXPECT_EQ(r.lumisections, "396102:1-20");
  EXPECT_EQ(again.metrics(id).at(0).value, 0.1);
  EXPECT_TRUE(std::isnan(again.metrics(id).at(1).value));
  EXPECT_EQ(again.tags(id).at(0).value, "first");
  EXPECT_EQ(told(verify(store_, {.references = 0})), "");
}

TEST_F(RegistryTest, KeepsEqualContentOnce) {
  const std::string one = add_text(store_, "config", "c", "x: 1"), two = add_text(store_, "config", "c", "x: 1");
  EXPECT_EQ(one, two);
  EXPECT_EQ(store_.list({}).size(), 1u);
  add_text(store_, "report", "c", "x: 1");
  EXPECT_EQ(store_.objects().list().size(), 1u) << "one file, two artefacts";
}

TEST_F(RegistryTest, PutsDamagedContentAnew) {
  const StoredFile file = store_.objects().put_text("abc", "a");
  std::filesystem::remove(store_.objects().path_of(file.sha256));
  test::write_file(store_.objects().path_of(file.sha256), "abd");
  EXPECT_THROW(store_.objects().read(file), Error);
  store_.objects().put_text("abc", "a");
  EXPECT_EQ(store_.objects().read(file), "abc");
}

TEST_F(RegistryTest, CountsVersionsByName) {
  for (const char* text : {"a", "b", "c"}) add_text(store_, "model", "m", text);
  add_text(store_, "model", "other", "d");
  EXPECT_EQ(store_.get(store_.resolve("m")).version, 3);
  EXPECT_EQ(store_.get(store_.resolve("m:2")).version, 2);
  EXPECT_EQ(store_.get(store_.resolve("other")).version, 1);
}

TEST_F(RegistryTest, FindsWhatAUserMeans) {
  const std::string first = add_text(store_, "model", "m", "a"), second = add_text(store_, "model", "m", "b");
  const std::string config = add_text(store_, "config", "m", "c");
  set_alias(store_, first, "champion");
  EXPECT_EQ(store_.resolve("m@champion"), first);
  EXPECT_EQ(store_.resolve("model/m@champion"), first);
  EXPECT_EQ(store_.resolve("m"), second);
  EXPECT_EQ(store_.resolve("config/m"), config);
  EXPECT_EQ(store_.resolve(config), config);
  EXPECT_EQ(store_.resolve(config.substr(0, 10)), config);
  for (const char* unknown : {"", "x", "m:9", "m@nobody", "report/m", "0123456789", "' OR 1=1 --"})
    EXPECT_EQ(code_of([&] { store_.resolve(unknown); }), ErrorCode::not_found) << unknown;
}

TEST_F(RegistryTest, ListsNewestFirstByWhatIsAsked) {
  const std::string a = add_text(store_, "model", "m", "a"), b = add_text(store_, "model", "m", "b");
  const std::string c = add_text(store_, "report", "m", "c");
  set_tag(store_, a, "site", "cern");
  set_stage(store_, b, "candidate");
  const auto ids = [&](const Filter& filter) {
    std::vector<std::string> result;
    for (const Artifact& artifact : store_.list(filter)) result.push_back(artifact.id);
    return result;
  };
  EXPECT_THAT(ids({}), ElementsAre(c, b, a));
  EXPECT_THAT(ids({.most = 1}), ElementsAre(c));
  EXPECT_THAT(ids({.kind = "model"}), ElementsAre(b, a));
  EXPECT_THAT(ids({.tags = {{"site", "cern"}}}), ElementsAre(a));
  EXPECT_THAT(ids({.stage = "candidate"}), ElementsAre(b));
  EXPECT_TRUE(ids({.tags = {{"site", "fnal"}}}).empty());
}

TEST_F(RegistryTest, AliasesMoveAndEveryStepIsRemembered) {
  const std::string a = add_text(store_, "model", "m", "a"), b = add_text(store_, "model", "m", "b");
  set_alias(store_, a, "champion");
  set_alias(store_, b, "champion");
  set_alias(store_, b, "champion");
  EXPECT_THAT(aliases_of(store_, a), ElementsAre());
  EXPECT_THAT(aliases_of(store_, b), ElementsAre("champion"));
  set_stage(store_, b, "production");
  set_stage(store_, b, "archived");
  EXPECT_EQ(stage_of(store_, b), "archived");
  remove_alias(store_, b, "champion");
  std::vector<std::string> steps;
  for (const Entry& e : history(store_, b))
    steps.push_back(e.action + " " + e.old_value.substr(0, 8) + ">" + e.new_value.substr(0, 8));
  EXPECT_THAT(steps, ElementsAre("alias " + a.substr(0, 8) + ">" + b.substr(0, 8), "stage none>producti",
                                 "stage producti>archived", "unalias " + b.substr(0, 8) + ">"));
  EXPECT_EQ(broken_history(store_), 0);
  EXPECT_EQ(code_of([&] { set_stage(store_, a, "prod"); }), ErrorCode::usage);
  EXPECT_EQ(code_of([&] { set_alias(store_, a, "a b"); }), ErrorCode::usage);
  EXPECT_EQ(code_of([&] { remove_tag(store_, a, "none"); }), ErrorCode::not_found);
}

TEST_F(RegistryTest, FindsArtefactsByTheHashOfAFile) {
  const std::string a = add_text(store_, "model", "m", "abc");
  const std::string hash = store_.files(a).at(0).sha256;
  EXPECT_THAT(store_.find_content(hash), ElementsAre(a));
  const std::string data = store_.add(
      {.kind = "dataset", .name = "d", .references = {{.uri = "/d", .bytes = 3, .checksum = "sha256:" + hash}}});
  EXPECT_THAT(store_.find_content(hash), ElementsAre(data, a));
}

TEST_F(RegistryTest, RunsTellWhatWentInAndCameOut) {
  const std::string data = add_data(store_, "zb"), model = add_text(store_, "model", "m", "a");
  const std::string id = add_run(store_, "train", {data}, {model});
  EXPECT_EQ(add_run(store_, "train", {data}, {model}), id) << "the same run is no news";
  const auto made = store_.runs_of(model, true);
  ASSERT_EQ(made.size(), 1u);
  EXPECT_THAT(made[0].arguments, ElementsAre("--one", "two words"));
  EXPECT_EQ(run_id(made[0]), id);
  EXPECT_TRUE(store_.runs_of(model, false).empty());
  EXPECT_EQ(store_.runs_of(data, false).size(), 1u);
}

TEST(RegistryFolder, ThatIsNoneIsAnErrorThatSaysWhatToDo) {
  const test::TempDir dir;
  EXPECT_EQ(code_of([&] { Registry(dir / "none", Access::read); }), ErrorCode::not_found);
  test::write_file(dir / "registry.db",
                   "this is no database at all, but long enough to be one" + std::string(200, ' '));
  EXPECT_EQ(code_of([&] { Registry(dir.path(), Access::read); }), ErrorCode::damaged);
}

TEST(RegistryFolder, OfAnotherProgramIsRefused) {
  const test::TempDir dir;
  { Database(dir / "registry.db", Access::write).script("CREATE TABLE others(x)"); }
  EXPECT_EQ(code_of([&] { Registry(dir.path(), Access::write); }), ErrorCode::damaged);
}

TEST(RegistrySchema, OfANewerProgramIsRefused) {
  const test::TempDir dir;
  {
    Registry store(dir.path(), Access::write);
    store.database().script("PRAGMA user_version=99");
  }
  EXPECT_EQ(code_of([&] { Registry(dir.path(), Access::write); }), ErrorCode::unsupported);
  EXPECT_EQ(code_of([&] { Registry(dir.path(), Access::read); }), ErrorCode::unsupported);
}

TEST(RegistrySchema, IsBroughtUpToDateStepByStepOrNotAtAll) {
  const test::TempDir dir;
  const std::string_view one = "CREATE TABLE a(x)", two = "ALTER TABLE a ADD COLUMN y", bad = "CREATE TABLE b(x); oops";
  Database db(dir / "x.db", Access::write);
  migrate(db, std::vector{one});
  db.run("INSERT INTO a VALUES(1)");
  EXPECT_THROW(migrate(db, std::vector{one, bad}), Error);
  EXPECT_EQ(db.integer("PRAGMA user_version"), 1);
  EXPECT_EQ(db.integer("SELECT count(*) FROM sqlite_schema WHERE name='b'"), 0);
  migrate(db, std::vector{one, two});
  EXPECT_EQ(db.integer("PRAGMA user_version"), 2);
  EXPECT_EQ(db.integer("SELECT count(*) FROM a WHERE y IS NULL"), 1);
  migrate(db, std::vector{one, two});
}

TEST(Seals, DifferWhereAnyValueDiffers) {
  const auto of = [](std::vector<Value> values) { return seal("t", values); };
  const std::string text = "ab";
  EXPECT_NE(of({text}), of({std::string("ac")}));
  EXPECT_NE(of({std::string("a"), std::string("b")}), of({text, std::string()}));
  EXPECT_NE(of({std::int64_t{1}}), of({1.0}));
  EXPECT_NE(of({std::int64_t{1}}), of({std::string("1")}));
  EXPECT_NE(of({Value()}), of({std::int64_t{0}}));
  EXPECT_EQ(of({std::nan("")}), of({Value()})) << "SQLite stores NaN as NULL";
}

}  // namespace
}  // namespace trigloop::registry
