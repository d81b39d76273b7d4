// A network from C++: built node by node and written as QONNX. The demonstration scouts with this one
// (examples/demo_network.onnx); it was not trained: it measures how much of everything an event has.
#include <algorithm>
#include <iostream>
#include <string>
#include <vector>

#include "core/file.hpp"
#include "model/graph.hpp"
#include "model/qonnx_export.hpp"

namespace {

using namespace trigloop;
using core::Overflow, core::Rounding;

/// Eight sums of transverse momenta, as weights of the 57 inputs (missing energy, 4 e/gammas, 4 muons, 10 jets; pt, eta
/// and phi each).
model::Dense sums() {
  constexpr std::size_t inputs = 57, eg = 3, muon = 15, jet = 27;
  model::Dense dense{inputs, 8, {std::vector<std::int64_t>(8 * inputs), 5}, {}, {}, {}};
  const auto add = [&](std::size_t output, std::size_t first, std::size_t objects, std::int64_t thirty_seconds) {
    for (std::size_t i = 0; i < objects; ++i) dense.weights.codes[output * inputs + first + 3 * i] = thirty_seconds;
  };
  add(0, 0, 1, 2);         // missing energy
  add(1, eg, 4, 2);        // all e/gammas
  add(2, muon, 4, 4);      // all muons
  add(3, jet, 2, 1);       // two leading jets
  add(4, jet + 6, 4, 2);   // the next four
  add(5, jet + 18, 4, 4);  // the softest four
  add(6, jet, 1, 2);       // imbalance of the two leading jets
  add(6, jet + 3, 1, -2);
  add(7, eg, 1, 2);  // a lepton and a photon
  add(7, muon, 1, 4);
  return dense;
}

model::Graph build() {
  model::Graph graph;
  graph.name = "demo";
  const auto x = graph.add("hardware", model::Input{{16, 16, true, Rounding::floor, Overflow::saturate}, 57}, {});
  const auto bounded =
      graph.add("bounded", model::Quantise{{{12, 12, true, Rounding::half_even, Overflow::saturate}}}, {x});
  const auto sum = graph.add("sums", sums(), {bounded});
  const auto z = graph.add("z", model::Quantise{{{12, 8, true, Rounding::half_even, Overflow::saturate}}}, {sum});
  const auto square = graph.add("square", model::Dot{}, {z, z});
  graph.add("score", model::Quantise{{{18, 14, true, Rounding::half_even, Overflow::saturate}}}, {square});
  return graph;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string bytes = model::export_qonnx(build());
  if (argc > 1) {
    core::OutputFile file(argv[1]);
    file.write(std::string_view(bytes));
    file.commit();
  }
  const std::string kept = core::read_text(DEMO_NETWORK);
  std::cout << bytes.size() << " bytes of QONNX\n";
  return bytes == kept ? 0 : 1;
}
