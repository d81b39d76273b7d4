#pragma once
// Functions to be minimised. Ten on which options were chosen: seven of the literature, three with integers,
// categories, logarithms and conditions. Six that were looked at afterwards: five of the literature, and a recorded
// table of real trainings. And problems of two objectives. The same formulas stand in bench/peers/optuna_functions.py.
#include <array>
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

/// Two objectives, both to be minimised.
struct Problem {
  std::string name, space;
  std::array<double, 2> (*values)(const tune::Trial& trial);
};

const std::vector<Problem>& problems();
/// Error: usage.
const Problem& problem(const std::string& name);

const std::vector<Function>& functions();
/// The function of that name. Error: usage.
const Function& function(const std::string& name);
tune::Space space_of(const Function& function);

}  // namespace trigloop::bench
