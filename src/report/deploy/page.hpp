#pragma once
// A deployment as a page: the proof, what the firmware costs layer by layer, and whether it stays within its budget.
#include <optional>

#include "deploy/proof/proof.hpp"
#include "report/page.hpp"

namespace trigloop::report::deployed {

/// What the firmware may cost; absent: not limited.
struct Budget {
  std::optional<double> latency_ns, tables, carries, adders;
};

/// Costs of the firmware come from `proof.resources`. Error: damaged, if that is no estimate.
Page deployment_page(const deploy::Network& network, const deploy::Proof& proof, const Budget& budget);

}  // namespace trigloop::report::deployed
