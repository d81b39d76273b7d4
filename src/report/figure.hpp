#pragma once
// What a page shows: curves, maps and tables as numbers, without a word on how they are drawn.
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace trigloop::report {

/// A value is absent where nothing was measured: the line has a gap there.
struct Series {
  std::string name;
  std::vector<double> x;
  std::vector<std::optional<double>> y;
  std::vector<double> error = {};  ///< one standard deviation of each y; empty: none is shown
  /// Ends of the interval of each y, where it is not symmetric; empty: none is shown.
  std::vector<std::optional<double>> low = {}, high = {};
};

/// A vertical line, such as a threshold.
struct Mark {
  std::string name;
  double x = 0;
};

struct Curves {
  std::string title, caption, x_title, y_title;
  bool steps = true;  ///< a histogram; else points joined by lines
  bool log_y = false;
  std::vector<Series> series;
  bool log_x = false;
  std::vector<Mark> marks = {};
};

/// z[row][column] belongs to (x[column], y[row]), the middles of the cells.
struct HeatMap {
  std::string title, caption, x_title, y_title, z_title;
  std::vector<double> x, y;
  std::vector<std::vector<double>> z;
  bool log_z = false;             ///< colours by the logarithm; cells of 0 stay empty
  std::vector<Series> over = {};  ///< lines on top, such as the mean in each column
};

/// Measurements of things that have names: one row a name, points with errors along it. Series have no x.
struct Rows {
  std::string title, caption, x_title;
  std::vector<std::string> names;
  std::vector<Series> series;
  bool log_x = false;
};

/// Densities of several samples in one plane. z is the share of the sample that lies in cells at least as dense, so
/// that the line at 0.9 holds 90 % of it.
struct Contours {
  struct Layer {
    std::string name;
    std::vector<std::vector<double>> z;  ///< [row][column]
  };
  std::string title, caption, x_title, y_title;
  std::vector<double> x, y;       ///< middles of the cells, common to all
  std::vector<Layer> layers;      ///< the first is the thickest
  std::vector<double> held = {};  ///< shares at which lines are drawn, ascending
};

using Plot = std::variant<Curves, HeatMap, Rows, Contours>;

/// One of several plots, as the reader chooses: a histogram for each signal, say. All are in the page.
struct Choice {
  std::string title, caption;
  std::string label;  ///< what is chosen: "signal"
  std::vector<std::pair<std::string, Plot>> plots;
  std::size_t chosen = 0;  ///< shown first
};

using Figure = std::variant<Curves, HeatMap, Rows, Contours, Choice>;

/// Words and numbers; the first column is the wide one, the others are aligned as numbers.
struct Table {
  std::string title, caption;
  std::vector<std::string> headers;
  std::vector<std::vector<std::string>> rows;
  /// The reader chooses a value of this column, and sees the rows that have it.
  std::optional<std::size_t> choose_by = {};
  std::string chosen = {};  ///< the value shown first; "": that of the first row
};

}  // namespace trigloop::report
