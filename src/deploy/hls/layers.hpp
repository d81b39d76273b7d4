#pragma once
// The part of an HLS project that is the network: its types, weights and layers.
#include "deploy/cpp/library.hpp"

namespace trigloop::deploy {

struct HlsNetwork {
  std::string sizes;    ///< of layers, for defines.h
  std::string types;    ///< for defines.h
  std::string weights;  ///< #includes for parameters.h
  std::string configs;  ///< for parameters.h
  std::string layers;   ///< the body of the top function, between its input and its output
  std::string output;   ///< the array that holds the score
  std::string trace;    ///< trace_outputs->insert(...), one a layer
  Files files;          ///< firmware/weights/
};

HlsNetwork hls_network(const Network& network);

}  // namespace trigloop::deploy
