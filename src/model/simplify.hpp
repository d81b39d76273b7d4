#pragma once
// Idioms become the single nodes that they mean, with the same integers: hardware and engines know the node, files only
// know the idiom.
//
// - bias: AddConstant behind Dense
// - wrap-around: x - floor(x + half, steps of 2^I)  ->  Quantise with wrap
// - products truncated one by one: repeat, multiply, quantise, sum  ->  Dense with `product`
// - sums of products (squares, too)  ->  Dot
// - Gather of Gather, Gather that changes nothing, nodes that nobody uses
#include "model/graph.hpp"

namespace trigloop::model {

/// `graph` up to `output`, which becomes the last node.
Graph simplify(const Graph& graph, NodeIndex output);
/// The same nodes, without those that `output` does not need; `output` becomes the last.
Graph with_output(const Graph& graph, NodeIndex output);

}  // namespace trigloop::model
