#pragma once
// `trigloop deploy hls`: a network as an HLS project in hls4ml's layout, as Vitis HLS users build it.
//
//     firmware/   NAME.cpp, NAME.h, defines.h, parameters.h, weights/, nnet_utils/
//     NAME_bridge.cpp, build_lib.sh      the C simulation as a library: NAME_double, NAME_float, tracing
//     NAME_test.cpp, tb_data/            the test bench: events and the scores that they must have
//     project.tcl, build_opt.tcl, build_prj.tcl, vivado_synth.tcl, hls4ml_config.yml
//
// Types are exact: a sum has the bits that its range needs, and rounds or saturates only where the model says so.
#include <span>

#include "deploy/cpp/library.hpp"

namespace trigloop::deploy {

struct HlsOptions {
  std::string part = "xc7vx690tffg1927-2";
  double period = 25;  ///< nanoseconds of a clock
};

/// `events` (codes of the input, feature by feature) go to the test bench with the scores that they must have. Error:
/// unsupported, for roundings that ap_fixed lacks.
Files hls_project(const Network& network, const HlsOptions& options, std::span<const std::int16_t> events);

}  // namespace trigloop::deploy
