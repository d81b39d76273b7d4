#pragma once
// Curation as `curate` and `train` do it: recorded, where a registry is named.
#include "app/record.hpp"
#include "config/config.hpp"
#include "curate/curate.hpp"

namespace trigloop::app {

/// curate::curate, and the record of it. Errors: those of both.
curate::Report recorded_curation(const RecordOptions& options, const config::Config& config,
                                 const curate::Settings& settings, const curate::CurateOptions& how,
                                 const curate::Advance& advance = {});

}  // namespace trigloop::app
