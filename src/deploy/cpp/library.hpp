#pragma once
// `trigloop deploy cpp`: a network as a library of its own: one header, one source, C++17, nothing else.
#include <map>
#include <string>

#include "deploy/network/network.hpp"

namespace trigloop::deploy {

/// Files of a product: path below its folder -> text.
using Files = std::map<std::string, std::string>;

/// NAME.hpp, NAME.cpp, NAME.py (over the C interface), Makefile. The scores are those of score::Reference.
Files cpp_library(const Network& network);

}  // namespace trigloop::deploy
