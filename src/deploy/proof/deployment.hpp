#pragma once
// A deployment: the folder with all products of a model.
//
//     model.onnx        the network as QONNX; what everything else was made from
//     plain.onnx        the network in operators of ONNX
//     cpp/ emulator/ hls/ verilog/
//     deployment.json   name and interfaces
//     proof.json        what was compared, with the hashes of all files (proof.hpp)
#include "core/folder.hpp"
#include "deploy/emulator/emulator.hpp"
#include "deploy/hls/project.hpp"
#include "deploy/proof/contender.hpp"
#include "deploy/verilog/project.hpp"

namespace trigloop::deploy {

struct DeploymentOptions {
  std::string name;
  EmulatorOptions emulator;
  HlsOptions hls;
  VerilogOptions verilog;
  std::size_t test_bench_events = 1000;
};

/// The network of model.onnx in a folder, and what its products are like. Errors: those of loading; damaged.
struct Deployment {
  Network network;
  Products products;
};
Deployment read_deployment(const std::filesystem::path& folder);

/// Writes all products of a graph into `folder`, not committed; `work` is scratch. Returns the network that they were
/// made from: that of model.onnx. `resources`, if given, gets the firmware's estimate as JSON. Errors: those of the
/// products.
Network write_products(const model::Graph& graph, const DeploymentOptions& options, const std::filesystem::path& work,
                       const core::OutputFolder& folder, std::string* resources = nullptr);

}  // namespace trigloop::deploy
