#pragma once
// The dashboard: one page, and what it asks for. Everything is read from the files of the other commands, so it may be
// started, stopped and run twice without touching them.
//
//     GET  /                     the page; /style.css, /dashboard.js, /plotly.js
//     GET  /api/overview         what matters in a line
//     GET  /api/rates            ?from=&to= or ?last=, ?points=   (serve/timeline.hpp)
//     GET  /api/heatmap          the same, ?columns=
//     GET  /api/drift            as /api/rates                    (serve/drift_view.hpp)
//     GET  /api/pipeline         the tracker, the quarantine       (serve/pipeline.hpp)
//     GET  /api/registry...                                        (serve/registry_view.hpp)
//     GET  /api/loop             rounds, the audit log            (serve/loop_view.hpp)
//     GET  /metrics              Prometheus
//     POST /api/quarantine/retry ?name=                            needs the token
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>

#include "serve/http.hpp"
#include "serve/live.hpp"
#include "serve/timeline.hpp"
#include "watch/drift_run.hpp"

namespace trigloop::serve {

struct DashboardOptions {
  std::filesystem::path output;                   ///< of `trigloop scout run`, or a folder of `.axo` files
  watch::CourseOptions course;                    ///< with drift, points and thresholds are the reference's
  std::optional<watch::DriftOptions> drift = {};  ///< none: drift is not looked for
  std::filesystem::path conditions = {};          ///< what was valid when; empty: not told
  std::filesystem::path registry = {};            ///< empty: none
  std::string version = {};
  bool study = false;  ///< somebody answers at /study
};

class Dashboard {
 public:
  explicit Dashboard(DashboardOptions options);

  /// Adds the pages; the dashboard must outlive the server.
  void add_to(HttpServer& server);
  /// Reads what came; see Live::refresh.
  void refresh();

 private:
  std::string overview() const;
  std::size_t alarms() const;
  std::string metrics() const;
  std::string drift(const watch::Course& course, const Window& window) const;

  DashboardOptions options_;
  mutable std::mutex drift_mutex_;
  std::optional<watch::DriftRun> drift_;
  Live live_;
  std::string drift_trouble_;
};

}  // namespace trigloop::serve
