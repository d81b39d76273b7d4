#include "deploy/network/network.hpp"

#include <algorithm>
#include <cctype>
#include <set>

#include "core/error.hpp"
#include "score/engine.hpp"

namespace trigloop::deploy {
namespace {

using core::Error, core::ErrorCode;
using model::FixedPoint, model::Graph, model::Node, model::NodeIndex;

/// The same network with integers at its input: what was <14,6> takes the codes of <14,6> as <14,14>.
Graph with_integer_input(const Graph& graph) {
  const auto& input = std::get<model::Input>(graph.input().operation);
  if (input.type.fraction() == 0) return graph;
  Graph result;
  result.name = graph.name;
  FixedPoint type = input.type;
  type.integer = type.width;
  result.add(graph.input().name + "_code", model::Input{type, input.features}, {});
  result.add(graph.input().name, model::MulConstant{{{1}, input.type.fraction()}}, {0});
  for (NodeIndex n = 1; n < graph.nodes().size(); ++n) {
    std::vector<NodeIndex> inputs = graph[n].inputs;
    for (NodeIndex& i : inputs) ++i;
    result.add(graph[n].name, graph[n].operation, std::move(inputs));
  }
  return result;
}

void check(const Graph& graph) {
  score::require_integer_scores(graph);
  const FixedPoint& input = std::get<model::Input>(graph.input().operation).type;
  if (input.width > (input.is_signed ? 16 : 15))
    throw Error(ErrorCode::unsupported, "inputs of type " + core::to_string(input) + " do not fit int16")
        .remedy("Give the model an input of at most 16 bits");
  for (const Node& node : graph.nodes())
    if (node.working_bits > 61)
      throw Error(ErrorCode::unsupported,
                  "node '" + node.name + "' needs " + std::to_string(node.working_bits) + " bits; products hold 61")
          .remedy("Quantise what goes into it");
}

}  // namespace

std::string identifier(std::string_view text) {
  std::string name;
  for (const char c : text) {
    const bool plain = std::isalnum(static_cast<unsigned char>(c)) != 0;
    if (plain) name += c;
    if (!plain && !name.empty() && name.back() != '_') name += '_';
  }
  while (!name.empty() && name.back() == '_') name.pop_back();
  if (name.empty() || std::isdigit(static_cast<unsigned char>(name.front())) != 0) name.insert(0, "n");
  return name;
}

const FixedPoint& Network::input_type() const { return std::get<model::Input>(graph.input().operation).type; }

FixedPoint Network::value_type() const {
  FixedPoint type = input_type();
  type.integer -= input_fraction;
  return type;
}

Network prepare(const Graph& graph, std::string_view name) {
  if (graph.nodes().empty()) throw Error(ErrorCode::mismatch, "the model is empty");
  if (std::ranges::none_of(name, [](unsigned char c) { return std::isalpha(c) != 0; }))
    throw Error(ErrorCode::usage, "'" + core::escaped(name) + "' is no name for code").remedy("Use letters");
  check(graph);
  Network network{with_integer_input(graph), identifier(name), graph.input().output.fraction, {}};
  std::set<std::string> used;
  for (const Node& node : network.graph.nodes()) {
    const std::string plain = identifier(node.name);
    std::string unique = plain;
    for (int k = 2; !used.insert(unique).second; ++k) unique = plain + "_v" + std::to_string(k);
    network.nodes.push_back(unique);
  }
  return network;
}

}  // namespace trigloop::deploy
