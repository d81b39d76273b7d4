// Against a real MLflow server ($TRIGLOOP_MLFLOW, or .venv-mlflow/bin/mlflow) with SQLite on loopback, which is killed
// and started again.
#include "registry/mlflow/mlflow.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <csignal>
#include <cstdlib>
#include <memory>
#include <thread>

#include "core/error.hpp"
#include "registry/labels.hpp"
#include "registry/lineage.hpp"
#include "registry/mlflow/api.hpp"
#include "test/registry/fixtures.hpp"
#include "test/registry/mlflow/real_server.hpp"
#include "test/support/support.hpp"

namespace trigloop::registry::mlflow {
namespace {

namespace fs = std::filesystem;
using core::Error;
using testing::ElementsAre;
using testing::HasSubstr;

class Mlflow : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (!test::mlflow_program().empty()) real_ = std::make_unique<test::RealServer>();
  }
  static void TearDownTestSuite() { real_.reset(); }
  void SetUp() override {
    if (real_ == nullptr) GTEST_SKIP() << "no MLflow server is installed (./run test installs one)";
  }
  static std::string fresh(const std::string& name) {
    static int number = 0;
    return name + std::to_string(++number);
  }
  /// A model with its data, configuration and report.
  std::string add_model(const std::string& name, const std::string& text, std::size_t steps = 3) {
    NewArtifact model{.kind = "model", .name = name, .files = {here_.objects().put_text(text, "sub/model.onnx")}};
    for (std::size_t s = 0; s < steps; ++s)
      model.metrics.push_back({"loss", static_cast<std::int64_t>(s), 1.0 / static_cast<double>(s + 1)});
    model.metrics.push_back({"odd {name}", 0, std::nan("")});
    model.tags = {{"note", "first \"one\""}};
    const std::string id = here_.add(model);
    const std::string config = add_text(here_, "config", "c", "train:\n  beta: 0.5\n  name: " + name + "\n");
    registry::Run run{.command = "train", .started_ns = 5};
    run.links = {{false, "config", config}, {false, "data", add_data(here_, "zb")}, {true, "model", id}};
    here_.add(run);
    add_run(here_, "evaluate", {id}, {add_text(here_, "report", "r", "report of " + text)});
    return id;
  }
  std::unique_ptr<Server> server() const { return std::make_unique<Server>(real_->uri(), Credentials{}); }
  PushReport push_all(const std::vector<std::string>& ids, const std::string& experiment) {
    return push(here_, ids, *server(), {.experiment = experiment});
  }

  static std::unique_ptr<test::RealServer> real_;
  test::TempDir dir_;
  Registry here_{dir_ / "here", Access::write}, there_{dir_ / "there", Access::write};
};

std::unique_ptr<test::RealServer> Mlflow::real_;

TEST_F(Mlflow, APulledModelIsTheOneThatWasPushedWithItsLineage) {
  const std::string name = fresh("axol1tl"), id = add_model(name, "weights");
  registry::set_alias(here_, id, "champion");
  set_stage(here_, id, "candidate");
  const PushReport pushed = push_all({id}, fresh("e"));
  EXPECT_EQ(pushed.pushed, 1u);
  const auto s = server();
  const PullReport pulled = pull(there_, name + "@champion", *s);
  EXPECT_EQ(pulled.id, id);
  EXPECT_TRUE(pulled.ours);
  EXPECT_EQ(there_.objects().read(there_.files(id).at(0)), "weights");
  EXPECT_EQ(trace(there_, id, Direction::both).artifacts.size(), 4u);
  EXPECT_EQ(there_.metrics(id).size(), 4u);
  EXPECT_THAT(aliases_of(there_, id), ElementsAre("champion"));
  EXPECT_EQ(told(verify(there_, {.references = 0})), "");
  EXPECT_TRUE(pull(there_, name, *s).known);
  EXPECT_EQ(pull(there_, name + ":1", *s).id, id);
}

TEST_F(Mlflow, TwiceIsNoNewsAndChangesAreTaken) {
  const std::string experiment = fresh("e"), name = fresh("m");
  const std::string one = add_model(name, "one"), two = add_model(name, "two");
  EXPECT_EQ(push_all({one, two}, experiment).pushed, 2u);
  const PushReport again = push_all({one, two}, experiment);
  EXPECT_EQ(again.known, 2u);
  EXPECT_EQ(again.files, 0u);
  registry::set_alias(here_, two, "champion");
  EXPECT_EQ(push_all({one, two}, experiment).pushed, 1u);
  const auto s = server();
  Api api(*s);
  EXPECT_EQ(api.versions("name='" + name + "'").size(), 2u);
  EXPECT_EQ(api.version_by_alias(name, "champion")->version, "2");
}

TEST_F(Mlflow, TheServersLimitsAreKept) {
  const std::string experiment = fresh("e");
  NewArtifact model{.kind = "model", .name = fresh("big"), .files = {here_.objects().put_text("big", "model.onnx")}};
  for (std::int64_t step = 0; step < 2500; ++step)
    model.metrics.push_back({"loss", step, 0.5 * static_cast<double>(step)});
  for (int t = 0; t < 230; ++t) model.tags.push_back({"tag" + std::to_string(t), std::string(40, 'x')});
  model.tags.push_back({"long", std::string(9000, 'y')});
  const std::string id = here_.add(model);
  std::string config;
  for (int p = 0; p < 350; ++p) config += "key" + std::to_string(p) + ": " + std::to_string(p) + "\n";
  config += std::string(300, 'k') + ": long key\nlong: '" + std::string(9000, 'v') + "'\n";
  registry::Run run{.command = "train"};
  run.links = {{false, "config", add_text(here_, "config", "c", config)}, {true, "model", id}};
  here_.add(run);
  push_all({id}, experiment);
  const auto s = server();
  Api api(*s);
  const auto remote = api.find_run(api.experiment(experiment), "trigloop.id", id);
  ASSERT_TRUE(remote);
  EXPECT_EQ(remote->parameters.size(), 352u);
  EXPECT_EQ(remote->parameters.at("key349"), "349");
  EXPECT_EQ(remote->parameters.at("long").size(), most_parameter_value);
  EXPECT_GE(remote->tags.size(), 231u);
  const auto history = api.metric_history(remote->id, "loss");
  ASSERT_EQ(history.size(), 2500u);
  double sum = 0;
  for (const Metric& m : history) sum += m.value;
  EXPECT_EQ(sum, 0.5 * 2500 * 2499 / 2);
}

TEST_F(Mlflow, APushThatLostItsServerGoesOnWhereItStopped) {
  const std::string experiment = fresh("e"), name = fresh("m");
  std::vector<std::string> ids;
  for (int i = 0; i < 5; ++i) ids.push_back(add_model(name, "model " + std::to_string(i), 50));
  int seen = 0;
  const auto kill_at_third = [&](const std::string&) {
    if (++seen == 3) std::thread([] { real_->kill_after(std::chrono::milliseconds(60)); }).detach();
    if (seen == 4) real_->kill_after({});
  };
  try {
    push(here_, ids, *server(), {.experiment = experiment, .progress = kill_at_third});
    FAIL() << "the server is dead";
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), core::ErrorCode::not_found) << e.what();
    EXPECT_THAT(e.what(), HasSubstr("goes on from where"));
  }
  real_->restart();
  const PushReport rest = push_all(ids, experiment);
  EXPECT_LE(rest.pushed, 3u);
  EXPECT_GE(rest.pushed, 2u);
  const auto s = server();
  Api api(*s);
  const auto versions = api.versions("name='" + name + "'");
  EXPECT_EQ(versions.size(), ids.size()) << "each once";
  for (const std::string& id : ids) {
    const auto remote = api.find_run(api.experiment(experiment), "trigloop.id", id);
    ASSERT_TRUE(remote);
    EXPECT_EQ(api.metric_history(remote->id, "loss").size(), 50u);
    EXPECT_EQ(remote->tags.at("note"), "first \"one\"");
  }
  for (const std::string& id : ids)
    EXPECT_TRUE(there_.has(pull(there_, api.find_run(api.experiment(experiment), "trigloop.id", id)->id, *s).id));
  EXPECT_EQ(told(verify(there_, {.references = 0})), "");
}

TEST_F(Mlflow, ARunOfOthersBecomesAModel) {
  const auto s = server();
  Api api(*s);
  const std::string name = fresh("other"), experiment = api.experiment(fresh("e"));
  const RemoteRun run = api.create_run(experiment, "a run", 1'700'000'000'000, {{"who", "me"}});
  test::write_file(dir_ / "model.onnx", "their weights");
  api.put_file(run, "model/model with space.onnx", dir_ / "model.onnx");
  api.log_parameters(run.id, {{"beta", "0.5"}});
  api.log_metrics(run.id, std::vector<Metric>{{"loss", 0, 2}, {"loss", 1, 1}, {"best", 0, HUGE_VAL}},
                  1'700'000'000'000);
  api.register_model(name);
  api.set_alias(name, "best", api.create_version(name, *api.run(run.id), "model", {{"site", "cern"}}).version);
  const PullReport report = pull(there_, name + "@best", *s);
  EXPECT_FALSE(report.ours);
  const auto files = there_.files(report.id);
  ASSERT_EQ(files.size(), 1u);
  EXPECT_EQ(files[0].path, "model/model with space.onnx");
  EXPECT_EQ(there_.objects().read(files[0]), "their weights");
  EXPECT_EQ(there_.get(report.id).name, name);
  EXPECT_EQ(there_.metrics(report.id).size(), 3u);
  EXPECT_EQ(there_.metrics(report.id)[0].value, HUGE_VAL);
  EXPECT_EQ(there_.tags(report.id).size(), 2u);
  EXPECT_THAT(aliases_of(there_, report.id), ElementsAre("best"));
  const auto made = there_.runs_of(report.id, true);
  ASSERT_EQ(made.size(), 1u);
  EXPECT_EQ(made[0].command, "mlflow");
  EXPECT_TRUE(pull(there_, run.id, *s).known);
  EXPECT_EQ(there_.runs_of(report.id, true).size(), 1u);
}

TEST_F(Mlflow, MlflowsOwnClientSeesWhatWasPushed) {
  const std::string experiment = fresh("e"), name = fresh("m"), id = add_model(name, "weights for python");
  registry::set_alias(here_, id, "champion");
  push_all({id}, experiment);
  const auto python = test::mlflow_program().parent_path() / "python";
  const auto seen =
      test::run_command({python, test::project_root() / "test/peers/mlflow_client.py", real_->uri(), name});
  ASSERT_EQ(seen.status, 0) << seen.err;
  EXPECT_EQ(seen.out,
            "id " + id + "\nparameter train.beta=0.5\nparameter train.name=" + name +
                "\nmetric loss 0:1.0 1:0.5 2:0.3333333333333333\ntag note=first \"one\"\nfile weights for python\n");
}

TEST_F(Mlflow, WhatIsNotThereIsAClearError) {
  const auto s = server();
  for (const char* what : {"nobody", "nobody@champion", "nobody:3", "0123456789abcdef0123456789abcdef"}) {
    try {
      pull(there_, what, *s);
      FAIL() << what;
    } catch (const Error& e) {
      EXPECT_EQ(e.code(), core::ErrorCode::not_found) << e.what();
    }
  }
}

TEST(MlflowServer, ThatDoesNotAnswerIsAClearErrorThatHidesTheToken) {
  Server server("http://127.0.0.1:9/", {.token = "s3cret", .user = "", .password = ""});
  try {
    server.send("POST", "/api", "{}", Repeat::no);
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), core::ErrorCode::not_found);
    EXPECT_EQ(std::string(e.what()).find("s3cret"), std::string::npos);
  }
  for (const char* bad : {"localhost:5000", "ftp://x", "http://user:pw@host", "file:///etc"})
    EXPECT_THROW(Server(bad, {}), Error) << bad;
}

TEST(MlflowServer, TakesNoTokenFromAFileThatOthersMayRead) {
  const test::TempDir dir;
  test::write_file(dir / "token", "abc\n");
  fs::permissions(dir / "token", fs::perms::owner_read | fs::perms::group_read);
  EXPECT_THROW(find_credentials(dir / "token"), Error);
  fs::permissions(dir / "token", fs::perms::owner_read);
  EXPECT_EQ(find_credentials(dir / "token").token, "abc");
}

TEST(MlflowKeys, AreWhatTheServerTakes) {
  EXPECT_EQ(remote_key("train.beta"), "train.beta");
  EXPECT_EQ(remote_key("a:b{c}"), "a_b_c_");
  EXPECT_EQ(remote_key("/abs//x/"), "_/abs/_/x/_");
  EXPECT_EQ(remote_key(std::string(400, 'k')).size(), most_key);
  EXPECT_NE(remote_key(std::string(400, 'k')), remote_key(std::string(401, 'k')));
  EXPECT_EQ(remote_value("ab\xc3\xa9", 3), "ab") << "no half character";
}

}  // namespace
}  // namespace trigloop::registry::mlflow
