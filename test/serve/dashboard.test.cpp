#include "serve/dashboard.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <httplib.h>

#include <nlohmann/json.hpp>

#include "core/error.hpp"
#include "report/page.hpp"
#include "scout/follow/quarantine.hpp"
#include "scout/follow/status.hpp"
#include "test/support/lumi_records.hpp"
#include "test/support/support.hpp"

namespace trigloop::serve {
namespace {

using nlohmann::json;
using testing::HasSubstr;

constexpr const char* token = "0123456789abcdef";

/// Forty lumisections, a stream that goes well, an input in quarantine.
class DashboardPages : public testing::Test {
 protected:
  void SetUp() override {
    for (std::uint32_t l = 1; l <= 40; ++l) test::write_lumi(folder_.path(), l);
    scout::Status status;
    status.updated = std::time(nullptr);
    status.stages = {{"pass", {40, 123456, 90000, 1.5}, 1, 3.2e6, 3e8}};
    status.lag_seconds = 17;
    test::write_file(folder_ / "status.json", scout::format_status(status));
    scout::QuarantineRecord record;
    record.name = "cut.root", record.path = "/in/cut.root", record.at = "2026-01-02T03:04:05Z";
    record.message = "cut.root: <b>a basket</b> ends too early", record.code = 4;
    scout::Quarantine(folder_.path()).add(record, false);
    options_.output = folder_.path();
    options_.version = "1.2.3";
    dashboard_ = std::make_unique<Dashboard>(options_);
    server_ = std::make_unique<HttpServer>(HttpOptions{.token = token});
    dashboard_->add_to(*server_);
    dashboard_->refresh();
    port_ = server_->start();
  }

  std::string get(const std::string& path) {
    const auto result = httplib::Client("127.0.0.1", port_).Get(path);
    EXPECT_TRUE(result) << path;
    EXPECT_EQ(result->status, 200) << path << result->body;
    return result->body;
  }

  const test::TempDir folder_;
  DashboardOptions options_;
  std::unique_ptr<Dashboard> dashboard_;
  std::unique_ptr<HttpServer> server_;
  int port_ = 0;
};

TEST_F(DashboardPages, TellWhatTheRecordsHold) {
  const watch::Course course = watch::follow_course(watch::find_lumis({folder_.path()}), {});
  const json rates = json::parse(get("/api/rates"));
  ASSERT_EQ(rates["x"].size(), 40u);
  for (std::size_t p = 0; p < course.points.size(); ++p) {
    const json& point = rates["working_points"][p];
    EXPECT_EQ(point["name"], watch::name_of(course.points[p].point));
    for (std::size_t l = 0; l < 40; ++l) EXPECT_NEAR(point["rate"][l], course.rate(l, p).exact, 1e-9);
  }
  EXPECT_EQ(json::parse(get("/api/rates?last=10&points=5"))["from"], 30);
  const json map = json::parse(get("/api/heatmap?columns=20"));
  EXPECT_EQ(map["x"].size(), 20u);
  EXPECT_EQ(map["z"].size(), map["y"].size());
}

TEST_F(DashboardPages, SayHowTheStreamGoes) {
  const json overview = json::parse(get("/api/overview"));
  EXPECT_EQ(overview["verdict"], json({{"kind", "good"}, {"text", "running"}}));
  EXPECT_EQ(overview["version"], "1.2.3");
  EXPECT_EQ(overview["study"], false) << "no study is shown: no link";
  const json pipeline = json::parse(get("/api/pipeline"));
  EXPECT_EQ(pipeline["quarantine"].size(), 1u);
}

/// Forty lumisections as they should be are the reference; twenty follow whose scores are 10 % higher.
class DriftPages : public DashboardPages {
 protected:
  void SetUp() override {
    for (std::uint32_t l = 1; l <= 40; ++l) test::write_lumi(normal_.path(), l);
    const watch::Reference reference = watch::build_reference(watch::find_lumis({normal_.path()}), nullptr, {});
    test::write_file(normal_ / "reference.json", watch::format_reference(reference));
    options_.drift = watch::DriftOptions{normal_ / "reference.json"};
    options_.course = watch::course_of_reference(reference);
    for (std::uint32_t l = 41; l <= 60; ++l) test::write_lumi(folder_.path(), l, 1.1);
    DashboardPages::SetUp();
  }
  const test::TempDir normal_;
};

TEST_F(DriftPages, TellEvidenceAndAlarms) {
  const json drift = json::parse(get("/api/drift"));
  EXPECT_EQ(drift["x"].size(), 60u);
  EXPECT_EQ(drift["alarm_at"], 4.0);
  const auto& evidence = drift["curves"][0]["evidence"];
  EXPECT_LT(evidence[39], 4.0);
  ASSERT_GE(drift["alarms"].size(), 1u);
  EXPECT_EQ(drift["alarms"].back()["since"], "run 400000 LS 41");
  EXPECT_EQ(json::parse(get("/api/drift?points=7"))["x"].size(), 7u);
  EXPECT_EQ(json::parse(get("/api/drift?from=50&to=60"))["x"].size(), 10u);
}

TEST_F(DashboardPages, SayThatDriftNeedsAReference) { EXPECT_THAT(get("/api/drift"), HasSubstr("--reference")); }

TEST_F(DashboardPages, HaveMetricsThatPromtoolFindsClean) {
  const std::string metrics = get("/metrics");
  EXPECT_THAT(metrics, HasSubstr("trigloop_build_info{version=\"1.2.3\"} 1\n"));
  EXPECT_THAT(metrics, HasSubstr("trigloop_watch_rate_hertz{working_point=\"raw 1 kHz\"} "));
  EXPECT_THAT(metrics, HasSubstr("trigloop_scout_events_total{stage=\"pass\"} 123456\n"));
  const auto promtool = test::project_root() / ".cache/tools/promtool";
  if (!std::filesystem::exists(promtool)) GTEST_SKIP() << "promtool is not here; ./run test fetches it";
  test::write_file(folder_ / "metrics.txt", metrics);
  const auto checked =
      test::run_command({"sh", "-c", promtool.native() + " check metrics < " + (folder_ / "metrics.txt").native()});
  EXPECT_EQ(checked.status, 0) << checked.out << checked.err;
  const auto rules = test::run_command(
      {promtool.native(), "check", "rules", (test::project_root() / "examples/monitoring/alerts.yml").native()});
  EXPECT_EQ(rules.status, 0) << rules.out << rules.err;
}

/// Every metric that the alert rules and the Grafana dashboard name is one that is given.
TEST_F(DriftPages, GiveWhatAlertsAndGrafanaAskFor) {
  const std::string metrics = get("/metrics");
  for (const char* file : {"alerts.yml", "grafana.json"}) {
    const std::string text = test::read_file(test::project_root() / "examples/monitoring" / file);
    for (std::size_t at = 0; (at = text.find("trigloop_", at)) != text.npos;) {
      const std::size_t end = text.find_first_not_of("abcdefghijklmnopqrstuvwxyz_0123456789", at);
      EXPECT_THAT(metrics, HasSubstr("# TYPE " + text.substr(at, end - at) + ' ')) << file;
      at = end;
    }
  }
}

TEST_F(DashboardPages, LetWhoHasTheTokenLiftAQuarantine) {
  httplib::Client client("127.0.0.1", port_);
  EXPECT_EQ(client.Post("/api/quarantine/retry?name=cut.root")->status, 401);
  EXPECT_EQ(scout::Quarantine(folder_.path()).list().size(), 1u);
  const httplib::Headers headers{{"Authorization", std::string("Bearer ") + token}};
  EXPECT_EQ(client.Post("/api/quarantine/retry?name=cut.root", headers, "", "text/plain")->status, 200);
  EXPECT_EQ(scout::Quarantine(folder_.path()).list().size(), 0u);
  EXPECT_EQ(client.Post("/api/quarantine/retry?name=cut.root", headers, "", "text/plain")->status, 404);
}

TEST_F(DriftPages, AreDrawnByABrowserWithoutAWordOnItsConsole) {
  if (report::drawing_library().empty()) GTEST_SKIP() << "plotly.js was not there when this was built";
  if (test::run_command({"which", "chromium"}).status != 0) GTEST_SKIP() << "chromium is not installed";
  const auto result =
      test::run_command({"python3", (test::project_root() / "test/peers/dashboard.py").native(),
                         "http://127.0.0.1:" + std::to_string(port_) + "/", "chromium", "running", "run 400000 LS 60",
                         "lumisections 0 to 59 of 60", "run 400000 LS 41", "no more often than once in 10000",
                         "cut.root", "<b>a basket</b> ends too early", "no registry was named"});
  EXPECT_EQ(result.status, 0) << result.out << result.err;
}

}  // namespace
}  // namespace trigloop::serve
