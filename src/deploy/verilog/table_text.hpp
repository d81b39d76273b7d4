#pragma once
// A table of at most six bits as a Verilog module: as tools for simulation like it, and as Yosys does.
//
// A constant indexed by the input is the shortest text, and three lookups are what Verilator makes of a counter. Yosys
// makes 63 multiplexers of each, before it finds out that most are equal: gigabytes for a network. For it the same
// table stands as a binary decision diagram (Bryant 1986): equal parts are written once, and the cells are the same.
#include <string>

#include "deploy/verilog/circuit.hpp"

namespace trigloop::deploy {

/// A module of ports x and y that looks y up.
std::string table_module(const std::string& name, const Table& table, int inputs, int outputs);

}  // namespace trigloop::deploy
