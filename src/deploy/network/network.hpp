#pragma once
// A network as all products take it: int16 in, int32 codes out, and a name for everything in C++.
//
// Products differ in language but not in interface. An event is `features` codes of the network's input type, as int16
// (a network of hardware integers: the integers themselves; one of scaled numbers: value x 2^fraction). Codes out of
// the type's range become what the type says. The score is `outputs` codes; value = code x 2^-fraction.
#include <string>
#include <string_view>
#include <vector>

#include "model/graph.hpp"

namespace trigloop::deploy {

struct Network {
  model::Graph graph;              ///< its Input has no fraction: codes are integers
  std::string name;                ///< an identifier
  int input_fraction;              ///< value of an input = code x 2^-input_fraction
  std::vector<std::string> nodes;  ///< an identifier for each node, unique

  std::size_t features() const { return graph.input().output.features(); }
  std::size_t outputs() const { return graph.output().output.features(); }
  int fraction() const { return graph.output().output.fraction; }
  /// Of the Input of the graph.
  const model::FixedPoint& input_type() const;
  /// What an input was in the model: with its fraction.
  model::FixedPoint value_type() const;
};

/// Errors: unsupported, if the score is a float or has more than 32 bits, an input has more than 16, or an intermediate
/// more than 61; usage, if `name` has no letter.
Network prepare(const model::Graph& graph, std::string_view name);

/// `text` as an identifier of C, Verilog and Python alike: letters, digits, single underscores; not empty.
std::string identifier(std::string_view text);

}  // namespace trigloop::deploy
