#pragma once
// Those that must give the same integers: engines of this program, and products that were built and run.
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "deploy/network/network.hpp"

namespace trigloop::deploy {

class Contender {
 public:
  explicit Contender(std::string name, std::string how) : name_(std::move(name)), how_(std::move(how)) {}
  virtual ~Contender() = default;
  Contender(const Contender&) = delete;
  Contender& operator=(const Contender&) = delete;

  const std::string& name() const noexcept { return name_; }  ///< "emulator"
  const std::string& how() const noexcept { return how_; }    ///< "ap_fixed<18, 13> in, compiled by c++ 12.2"

  /// Whether the contender's input can hold the event: an ap_fixed<18,13> wraps beyond 13 bits.
  virtual bool accepts(std::span<const std::int16_t> /*event*/) const { return true; }
  /// Codes of events in rows of `features`; `outputs` codes each. Errors: internal, if it fails.
  virtual void run(std::span<const std::int16_t> rows, std::span<std::int32_t> codes) = 0;
  /// Codes of all features of all nodes for an event, in the network's order; nothing for those that it cannot tell.
  virtual std::vector<std::optional<std::int64_t>> trace(std::span<const std::int16_t> event);

 private:
  std::string name_, how_;
};

/// What is needed to build and run products.
struct Tools {
  std::string compiler = "c++";
  std::filesystem::path ap_types;  ///< the folder of ap_fixed.h; empty: not there
  std::filesystem::path python;    ///< with onnxruntime; empty: not there
  std::filesystem::path work;      ///< where products are built: copies, the products stay as they are
  unsigned threads = 1;
};

/// A file name of each product below the folder of a deployment.
struct Products {
  std::filesystem::path folder;
  std::optional<core::FixedPoint> emulator_input;  ///< as EmulatorOptions
  bool emulator_pair = true;
};

using ContenderPointer = std::unique_ptr<Contender>;

/// The reference engine ("reference"), and the vector engine ("simd"; "" for the best instruction set).
ContenderPointer reference_contender(const Network& network, unsigned threads);
ContenderPointer simd_contender(const Network& network);
/// The network that a training left ("training"), by the vector engine. Error: unsupported, if it takes other events.
ContenderPointer training_contender(const Network& network, const model::Graph& trained);
// Products, built from their files in `products.folder`: cpp/, emulator/, hls/, plain.onnx, verilog/. Errors:
// not_found, if the product or a tool is not there (it is then not run); internal, if it does not build.
ContenderPointer cpp_contender(const Network& network, const Products& products, const Tools& tools);
ContenderPointer emulator_contender(const Network& network, const Products& products, const Tools& tools);
ContenderPointer hls_contender(const Network& network, const Products& products, const Tools& tools);
ContenderPointer onnx_contender(const Network& network, const Products& products, const Tools& tools);
ContenderPointer verilog_contender(const Network& network, const Products& products, const Tools& tools);

}  // namespace trigloop::deploy
