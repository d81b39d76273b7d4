#pragma once
// Writes a histogram of equal bins as a TH1D, as ROOT would have written it: the same members, the same drawing
// options.
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace trigloop::io::root {

/// A one-dimensional histogram of equal bins between `lower` and `upper`.
struct Histogram {
  std::string name, title, x_title, y_title;
  double lower = 0, upper = 1;
  std::vector<double> cells;  ///< underflow, the bins, overflow: at least three
  double entries = 0;         ///< calls of Fill
  /// What GetMean and GetStdDev use: sums over what lies between lower and upper. `w` of the weights, `w2` of their
  /// squares, `wx` and `wx2` of the weights times x and x squared.
  struct Sums {
    double w = 0, w2 = 0, wx = 0, wx2 = 0;
  } sums;
};

/// A ROOT file with one TH1D; it appears whole or not at all, and equal histograms give equal files. Error: output.
void write_histogram(const std::filesystem::path& path, const Histogram& histogram);

}  // namespace trigloop::io::root
