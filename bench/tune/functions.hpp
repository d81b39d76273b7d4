#pragma once
// Ten functions to be minimised: seven of the literature, three with integers, categories, logarithms and conditions.
// The same formulas stand in bench/peers/optuna_functions.py.
#include <string>
#include <vector>

#include "tune/search/space.hpp"

namespace trigloop::bench {

struct Function {
  std::string name;
  double minimum;
  const char* space;  ///< as in a study file
  double (*value)(const tune::Trial& trial);
};

const std::vector<Function>& functions();
/// The function of that name. Error: usage.
const Function& function(const std::string& name);
tune::Space space_of(const Function& function);

}  // namespace trigloop::bench
