#pragma once
// Job files for a batch system: workers on a study, as many as jobs are free at the time.
//
// A job may vanish at any moment. It is told (TERM, or USR2 before its time limit): trials save what they need and
// wait, and the job queues again. If it is not told, its trials are found by their missing signs of life. So jobs need
// no order and no number: more of them finish sooner.
#include <filesystem>
#include <string>

#include "core/batch.hpp"

namespace trigloop::tune {

struct SubmitOptions {
  core::BatchOptions batch{.notice = 120};  ///< a job is a worker with its slots
  std::filesystem::path study;
  std::string storage;  ///< empty: as the study says
  unsigned slots = 1;   ///< trials at a time in a job
};

/// Errors: those of core::make_jobs.
core::JobFiles make_jobs(const SubmitOptions& options);

}  // namespace trigloop::tune
