// What bench/deploy/run asks of us: a network, or a random sparse matrix, as nodes for peers, as events with the
// reference engine's integers, and as Verilog.
//
//   bench_deploy nodes MODEL FILE.json           MODEL: a file, or matrix:SEED
//   bench_deploy events MODEL COUNT FILE.npy CODES.npy
//   bench_deploy verilog MODEL FOLDER BUDGET     prints the estimate and the seconds of the search, on a core
#include <ctime>
#include <iostream>

#include "core/error.hpp"
#include "core/file.hpp"
#include "core/json_writer.hpp"
#include "core/random.hpp"
#include "deploy/verilog/cost.hpp"
#include "deploy/verilog/lower.hpp"
#include "deploy/verilog/print.hpp"
#include "io/npy/header.hpp"
#include "model/load.hpp"
#include "score/reference.hpp"

namespace {

using namespace trigloop;

/// Square, 16 to 64 inputs, weights of 3 to 8 bits, 60 to 90 % of them zero.
model::Graph random_matrix(std::uint64_t seed) {
  core::Philox random(seed, 11);
  const auto below = [&](unsigned n) { return static_cast<int>(random() % n); };
  model::Dense op;
  op.inputs = op.outputs = 16 + static_cast<std::size_t>(seed * 48 / 9);
  const int bits = 3 + below(6), zeros = 60 + below(31);
  for (std::size_t k = 0; k < op.inputs * op.outputs; ++k) {
    const int weight = below(1u << bits) - (1 << (bits - 1));
    op.weights.codes.push_back(below(100) < zeros ? 0 : weight);
  }
  model::Graph graph;
  graph.add("x", model::Input{{8, 8, true, core::Rounding::half_even, core::Overflow::saturate}, op.inputs}, {});
  graph.add("y", std::move(op), {0});
  return graph;
}

model::Graph graph_of(const std::string& name) {
  return name.starts_with("matrix:") ? random_matrix(std::stoull(name.substr(7))) : model::load(name);
}

void write_type(core::JsonWriter& json, const core::FixedPoint& type) {
  static constexpr const char* roundings[] = {"floor",   "ceil",      "toward_zero", "away",        "half_even",
                                              "half_up", "half_down", "half_away",   "half_to_zero"};
  static constexpr const char* overflows[] = {"saturate", "wrap", "symmetric"};
  json.begin_object().member("width", type.width).member("integer", type.integer).member("signed", type.is_signed);
  json.member("rounding", roundings[static_cast<std::size_t>(type.rounding)]);
  json.member("overflow", overflows[static_cast<std::size_t>(type.overflow)]).end_object();
}

void write_operation(core::JsonWriter& json, const model::Operation& operation) {
  const auto constants = [&](const std::string& name, const model::Constants& c) {
    json.array(name, c.codes).member(name + "_fraction", c.fraction);
  };
  if (const auto* quantise = std::get_if<model::Quantise>(&operation)) {
    json.key("types").begin_array();
    for (const core::FixedPoint& type : quantise->types) write_type(json, type);
    json.end_array();
  } else if (const auto* dense = std::get_if<model::Dense>(&operation)) {
    constants("weights", dense->weights);
    constants("bias", dense->bias);
  } else if (const auto* sum = std::get_if<model::AddConstant>(&operation)) {
    constants("constant", sum->constant);
  } else if (const auto* product = std::get_if<model::MulConstant>(&operation)) {
    constants("constant", product->constant);
  }
}

std::string nodes_of(const model::Graph& graph) {
  core::JsonWriter json;
  json.begin_array();
  for (const model::Node& node : graph.nodes()) {
    std::vector<core::Int128> lo, hi;
    for (const model::Range& range : node.output.ranges) {
      lo.push_back(range.lo);
      hi.push_back(range.hi);
    }
    json.begin_object().member("name", node.name).member("operation", model::name_of(node.operation));
    json.array("inputs", node.inputs).member("features", node.output.features());
    json.member("fraction", node.output.fraction).array("lo", lo).array("hi", hi);
    write_operation(json, node.operation);
    json.end_object();
  }
  return json.end_array().text();
}

void write_text(const std::string& path, std::string_view text) {
  core::OutputFile file(path);
  file.write(text);
  file.commit();
}

void write_npy(const std::string& path, const std::vector<std::int64_t>& values, std::size_t columns) {
  core::OutputFile file(path);
  const std::uint64_t shape[] = {values.size() / columns, columns};
  file.write(io::npy::make_header(event::Type::int64, shape));
  file.write(std::as_bytes(std::span(values)));
  file.commit();
}

/// Half of the events uniform in their types, half of small numbers, as sums of many would else saturate.
void write_events(const model::Graph& graph, std::size_t count, const std::string& events, const std::string& codes) {
  const score::Reference reference(graph);
  auto state = reference.make_state();
  core::Philox random(1, 12);
  const std::size_t features = graph.input().output.features(), outputs = graph.output().output.features();
  std::vector<std::int64_t> rows, results;
  for (std::size_t e = 0; e < count; ++e) {
    const int shrink = e % 2 == 0 ? 0 : static_cast<int>(random() % 12);
    for (const model::Range& range : graph.input().output.ranges) {
      const auto lo = static_cast<std::int64_t>(range.lo), hi = static_cast<std::int64_t>(range.hi);
      rows.push_back((lo + static_cast<std::int64_t>(random()) % (hi - lo + 1)) >> shrink);
    }
    reference.run(std::span<const std::int64_t>(rows).last(features), state);
    for (std::size_t o = 0; o < outputs; ++o) {
      results.push_back(static_cast<std::int64_t>(reference.code(state, graph.nodes().size() - 1, o)));
    }
  }
  write_npy(events, rows, features);
  write_npy(codes, results, outputs);
}

/// Throws if the circuit does not compute what the reference engine does.
void compare(const model::Graph& graph, const deploy::Circuit& circuit) {
  const score::Reference reference(graph);
  auto state = reference.make_state();
  core::Philox random(2, 12);
  for (int e = 0; e < 500; ++e) {
    std::vector<std::int64_t> event;
    for (const model::Range& range : graph.input().output.ranges) {
      const auto lo = static_cast<std::int64_t>(range.lo), hi = static_cast<std::int64_t>(range.hi);
      event.push_back(lo + static_cast<std::int64_t>(random()) % (hi - lo + 1));
    }
    reference.run(event, state);
    const auto values = deploy::evaluate(circuit, event);
    for (std::size_t o = 0; o < circuit.outputs.size(); ++o) {
      if (values[circuit.outputs[o]] != reference.code(state, graph.nodes().size() - 1, o)) {
        throw core::Error(core::ErrorCode::internal, "the circuit computes other integers");
      }
    }
  }
}

void write_verilog(const model::Graph& graph, const std::string& folder, double budget) {
  const std::clock_t start = std::clock();
  const deploy::Circuit circuit = deploy::lower(graph, {"network", budget, {}});
  const double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  compare(graph, circuit);
  std::filesystem::create_directories(folder);
  for (const auto& file : deploy::print_verilog(circuit, deploy::place_registers(circuit, 0))) {
    write_text(folder + "/" + file.name, file.text);
  }
  const deploy::Estimate all = deploy::estimate(circuit);
  core::JsonWriter json;
  json.begin_object().member("adders", all.adders).member("tables", all.tables).member("carries", all.carries);
  std::cout << json.member("solving_s", seconds).end_object().text() << '\n';
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  if (words.size() == 3 && words[0] == "nodes") {
    write_text(words[2], nodes_of(graph_of(words[1])));
  } else if (words.size() == 5 && words[0] == "events") {
    write_events(graph_of(words[1]), std::stoull(words[2]), words[3], words[4]);
  } else if (words.size() == 4 && words[0] == "verilog") {
    write_verilog(graph_of(words[1]), words[2], std::stod(words[3]));
  } else {
    std::cerr << "usage: see bench/deploy/trigloop.cpp\n";
    return 2;
  }
}
