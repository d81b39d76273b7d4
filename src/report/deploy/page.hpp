#pragma once
// A deployment as a page: the proof, what the firmware costs layer by layer, and whether it stays within its budget.
#include <string_view>

#include "deploy/network/network.hpp"
#include "report/page.hpp"

namespace trigloop::report::deployed {

/// What proof.json (docs/deploy.md) says of the network. Error: damaged, if it is no proof.
Page deployment_page(const deploy::Network& network, std::string_view proof_json);

}  // namespace trigloop::report::deployed
