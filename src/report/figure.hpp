#pragma once
// What a page shows: curves, heat maps and tables as numbers, without a word on how they are drawn.
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace trigloop::report {

/// A value is absent where nothing was measured: the line has a gap there.
struct Series {
  std::string name;
  std::vector<double> x;
  std::vector<std::optional<double>> y;
  std::vector<double> error = {};  ///< one standard deviation of each y; empty: none is shown
};

struct Curves {
  std::string title, caption, x_title, y_title;
  bool steps = true;  ///< a histogram; else points joined by lines
  bool log_y = false;
  std::vector<Series> series;
};

/// z[row][column] belongs to (x[column], y[row]), the middles of the cells.
struct HeatMap {
  std::string title, caption, x_title, y_title, z_title;
  std::vector<double> x, y;
  std::vector<std::vector<double>> z;
  bool log_z = false;  ///< colours by the logarithm; cells of 0 stay empty
};

/// Words and numbers; the first column is the wide one, the others are aligned as numbers.
struct Table {
  std::string title, caption;
  std::vector<std::string> headers;
  std::vector<std::vector<std::string>> rows;
};

using Figure = std::variant<Curves, HeatMap>;

}  // namespace trigloop::report
