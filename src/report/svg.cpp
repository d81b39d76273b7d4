#include "report/svg.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>

#include "report/svg_axes.hpp"

namespace trigloop::report {
namespace {

// Okabe and Ito's colours, as in pages.
constexpr std::array colours = {"#0072b2", "#d55e00", "#009e73", "#cc79a7", "#8a6d00", "#56b4e9"};
constexpr std::array dashes = {"", "8 4", "2 4", "8 4 2 4", "14 5", "14 5 2 5"};
constexpr double text_width = 8.2;  // of a character of 15 points, about

/// A picture under construction: a frame, its axes, and what is drawn in it.
class Picture {
 public:
  Picture(const SvgStyle& style, const std::string& title, double left) : style_(style), left_(left) {
    put("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1}\" width=\"{0}\" height=\"{1}\" "
        "font-family=\"DejaVu Sans, Helvetica, Arial, sans-serif\" font-size=\"15\">\n"
        "<rect width=\"{0}\" height=\"{1}\" fill=\"#ffffff\"/>\n",
        style.width, style.height);
    const bool labelled = !style.label.empty() || !style.text.empty();
    if (labelled) {
      put("<text x=\"{}\" y=\"28\"><tspan font-weight=\"bold\" font-size=\"20\">{}</tspan> <tspan "
          "font-style=\"italic\">{}</tspan></text>\n",
          left_, svg_escaped(style.label), svg_escaped(style.text));
    } else if (style.title) {
      text(left_, 28, title, "font-weight=\"bold\"");
    }
    text(right(), 28, style.right, "text-anchor=\"end\"");
  }

  double left() const { return left_; }
  double right() const { return style_.width - 24; }
  double top() const { return 44 + legend_; }
  double bottom() const { return style_.height - 64; }

  template <class... Args>
  void put(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(svg_), format, std::forward<Args>(args)...);
  }
  void text(double x, double y, const std::string& words, const char* how) {
    if (!words.empty()) put("<text x=\"{:.1f}\" y=\"{:.1f}\" {}>{}</text>\n", x, y, how, svg_escaped(words));
  }
  void line(double x0, double y0, double x1, double y1, const char* colour, const char* dash = "", double width = 1) {
    put("<line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" stroke=\"{}\" stroke-width=\"{}\"{}/>\n", x0, y0,
        x1, y1, colour, width, *dash == 0 ? "" : fmt::format(" stroke-dasharray=\"{}\"", dash));
  }

  /// Names above the frame, in rows; before anything that asks for its top.
  void legend(const std::vector<std::string>& names) {
    double x = left_, y = 52;
    for (std::size_t i = 0; i < names.size(); ++i) {
      const double width = 36 + text_width * static_cast<double>(names[i].size());
      if (x > left_ && x + width > right()) x = left_, y += 20;
      line(x, y - 5, x + 26, y - 5, colours[i % colours.size()], dashes[i % dashes.size()], 2.5);
      text(x + 31, y, names[i], "font-size=\"13\"");
      x += width;
    }
    legend_ = names.empty() ? 0 : y - 36;
  }

  void frame(const Scale* x, const Scale* y, const std::string& x_title, const std::string& y_title) {
    if (x != nullptr) {
      for (const Scale::Tick& tick : x->ticks()) {
        line(tick.place, bottom(), tick.place, bottom() - 6, "#000000");
        if (!tick.text.empty())
          put("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"middle\">{}</text>\n", tick.place, bottom() + 20,
              tick.text);
      }
    }
    if (y != nullptr) {
      for (const Scale::Tick& tick : y->ticks()) {
        line(left_, tick.place, left_ + 6, tick.place, "#000000");
        if (!tick.text.empty())
          put("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"end\">{}</text>\n", left_ - 6, tick.place + 5, tick.text);
      }
    }
    put("<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" fill=\"none\" stroke=\"#000000\"/>\n",
        left_, top(), right() - left_, bottom() - top());
    text(right(), bottom() + 48, x_title, "text-anchor=\"end\" font-size=\"17\"");
    if (!y_title.empty())
      put("<text transform=\"translate(22 {:.1f}) rotate(-90)\" text-anchor=\"end\" font-size=\"17\">{}</text>\n",
          top(), svg_escaped(y_title));
  }

  std::string finish() { return svg_ + "</svg>\n"; }

 private:
  const SvgStyle& style_;
  double left_, legend_ = 0;
  std::string svg_;
};

std::vector<std::string> names_of(const std::vector<Series>& series) {
  std::vector<std::string> names;
  if (series.size() > 1)
    for (const Series& one : series) names.push_back(one.name);
  return names;
}

struct Interval {
  double low, high;
};
/// The interval of a value, if it has one.
std::optional<Interval> interval_of(const Series& series, std::size_t i) {
  if (!series.y[i]) return std::nullopt;
  if (i < series.low.size() && i < series.high.size() && series.low[i] && series.high[i])
    return Interval{*series.low[i], *series.high[i]};
  if (i < series.error.size()) return Interval{*series.y[i] - series.error[i], *series.y[i] + series.error[i]};
  return std::nullopt;
}

void draw_series(Picture& picture, const Series& series, std::size_t number, bool steps, const Scale& x,
                 const Scale& y) {
  const char* colour = colours[number % colours.size()];
  std::string path;
  bool pen_down = false;
  for (std::size_t i = 0; i < series.x.size(); ++i) {
    if (!series.y[i] || !x.holds(series.x[i]) || (!y.holds(*series.y[i]) && !steps)) {
      pen_down = false;
      continue;
    }
    const double py = y.clamped(*series.y[i]);
    if (steps) {
      const double before = i > 0 ? (series.x[i - 1] + series.x[i]) / 2 : series.x[i];
      const double after = i + 1 < series.x.size() ? (series.x[i] + series.x[i + 1]) / 2 : series.x[i];
      fmt::format_to(std::back_inserter(path), "{}{:.2f} {:.2f}L{:.2f} {:.2f}", pen_down ? "L" : "M", x.clamped(before),
                     py, x.clamped(after), py);
    } else {
      fmt::format_to(std::back_inserter(path), "{}{:.2f} {:.2f}", pen_down ? "L" : "M", x(series.x[i]), py);
    }
    pen_down = true;
  }
  const char* dash = steps ? "" : dashes[number % dashes.size()];
  picture.put("<path d=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"2\" stroke-dasharray=\"{}\"/>\n", path, colour,
              *dash == 0 ? "none" : dash);
  for (std::size_t i = 0; i < series.x.size(); ++i) {
    const auto interval = interval_of(series, i);
    if (!interval || !x.holds(series.x[i]) || !y.holds(*series.y[i])) continue;
    picture.line(x(series.x[i]), y.clamped(interval->low), x(series.x[i]), y.clamped(interval->high), colour);
    picture.put("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"3\" fill=\"{}\"/>\n", x(series.x[i]), y(*series.y[i]), colour);
  }
}

std::string draw(const Curves& curves, const SvgStyle& style) {
  Picture picture(style, curves.title, 84);
  picture.legend(names_of(curves.series));
  Extent across(curves.log_x), up(curves.log_y);
  for (const Series& series : curves.series) {
    for (std::size_t i = 0; i < series.x.size(); ++i) {
      across.add(series.x[i]);
      if (series.y[i]) up.add(*series.y[i]);
    }
  }
  const Scale x = across.scale(picture.left(), picture.right(), false);
  const Scale y = up.scale(picture.bottom(), picture.top(), curves.steps);
  for (const Mark& mark : curves.marks) {
    if (!x.holds(mark.x)) continue;
    picture.line(x.clamped(mark.x), picture.top(), x.clamped(mark.x), picture.bottom(), "#777777", "3 3");
    picture.put(
        "<text transform=\"translate({:.1f} {:.1f}) rotate(-90)\" text-anchor=\"end\" font-size=\"12\" "
        "fill=\"#555555\">{}</text>\n",
        x.clamped(mark.x) - 4, picture.top() + 6, svg_escaped(mark.name));
  }
  for (std::size_t i = 0; i < curves.series.size(); ++i) draw_series(picture, curves.series[i], i, curves.steps, x, y);
  picture.frame(&x, &y, curves.x_title, curves.y_title);
  return picture.finish();
}

std::string draw(const Rows& rows, const SvgStyle& style) {
  std::size_t longest = 8;
  for (const std::string& name : rows.names) longest = std::max(longest, name.size());
  Picture picture(style, rows.title, std::min(text_width * static_cast<double>(longest) + 16, style.width * 0.5));
  picture.legend(names_of(rows.series));
  Extent across(rows.log_x);
  for (const Series& series : rows.series)
    for (const auto& value : series.y)
      if (value) across.add(*value);
  const Scale x = across.scale(picture.left(), picture.right(), false);
  const double step =
      (picture.bottom() - picture.top()) / static_cast<double>(std::max<std::size_t>(rows.names.size(), 1));
  for (std::size_t i = 0; i < rows.names.size(); ++i) {
    const double y = picture.top() + (static_cast<double>(i) + 0.5) * step;
    picture.line(picture.left(), y, picture.right(), y, "#dddddd");
    picture.text(picture.left() - 8, y + 5, rows.names[i], "text-anchor=\"end\" font-size=\"13\"");
    for (std::size_t s = 0; s < rows.series.size(); ++s) {
      const Series& series = rows.series[s];
      if (i >= series.y.size() || !series.y[i] || !x.holds(*series.y[i])) continue;
      const char* colour = colours[s % colours.size()];
      if (const auto interval = interval_of(series, i))
        picture.line(x.clamped(interval->low), y, x.clamped(interval->high), y, colour, "", 1.5);
      picture.put("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"4\" fill=\"{}\"/>\n", x(*series.y[i]), y, colour);
    }
  }
  picture.frame(&x, nullptr, rows.x_title, "");
  return picture.finish();
}

/// Cividis, interpolated between five of its colours; `share` from 0 to 1.
std::string cividis(double share) {
  constexpr std::array<std::array<double, 3>, 5> stops = {
      {{0, 32, 76}, {61, 78, 107}, {124, 123, 120}, {187, 173, 109}, {255, 233, 69}}};
  const double place = std::clamp(share, 0.0, 1.0) * (stops.size() - 1);
  const auto below = std::min(static_cast<std::size_t>(place), stops.size() - 2);
  const double part = place - static_cast<double>(below);
  std::array<int, 3> rgb{};
  for (std::size_t c = 0; c < 3; ++c)
    rgb[c] = static_cast<int>(std::lround(stops[below][c] + part * (stops[below + 1][c] - stops[below][c])));
  return fmt::format("#{:02x}{:02x}{:02x}", rgb[0], rgb[1], rgb[2]);
}

/// Halfway between the middles of cells, and as far beyond the outermost.
std::vector<double> edges_of(const std::vector<double>& middles) {
  const std::size_t n = middles.size();
  if (n == 1) return {middles[0] - 0.5, middles[0] + 0.5};
  std::vector<double> edges{middles[0] - (middles[1] - middles[0]) / 2};
  for (std::size_t i = 0; i + 1 < n; ++i) edges.push_back((middles[i] + middles[i + 1]) / 2);
  edges.push_back(middles[n - 1] + (middles[n - 1] - middles[n - 2]) / 2);
  return edges;
}

Scale cells(const std::vector<double>& middles, double from, double to) {
  const std::vector<double> edges = edges_of(middles);
  return {edges.front(), edges.back(), false, from, to};
}

/// `shade` gives the colour of a cell, "" for none.
template <class Shade>
void draw_cells(Picture& picture, const HeatMap& map, const Scale& x, const Scale& y, const Shade& shade) {
  const std::vector<double> across = edges_of(map.x), up = edges_of(map.y);
  for (std::size_t r = 0; r < map.y.size(); ++r) {
    for (std::size_t c = 0; c < map.x.size(); ++c) {
      const std::string colour = shade(map.z[r][c]);
      if (colour.empty()) continue;
      picture.put("<rect x=\"{:.2f}\" y=\"{:.2f}\" width=\"{:.2f}\" height=\"{:.2f}\" fill=\"{}\"/>\n", x(across[c]),
                  y(up[r + 1]), x(across[c + 1]) - x(across[c]) + 0.3, y(up[r]) - y(up[r + 1]) + 0.3, colour);
    }
  }
}

std::string draw(const HeatMap& map, const SvgStyle& style) {
  Picture picture(style, map.title, 84);
  if (map.x.empty() || map.y.empty()) return picture.finish();
  const Scale x = cells(map.x, picture.left(), picture.right()), y = cells(map.y, picture.bottom(), picture.top());
  double most = 0;
  for (const auto& row : map.z)
    for (const double z : row) most = std::max(most, z);
  const auto height = [&](double z) { return map.log_z ? std::log1p(z) / std::log1p(most) : z / most; };
  draw_cells(picture, map, x, y, [&](double z) { return z > 0 ? cividis(height(z)) : std::string(); });
  for (std::size_t i = 0; i < map.over.size(); ++i) draw_series(picture, map.over[i], i + 1, false, x, y);
  picture.frame(&x, &y, map.x_title, map.y_title);
  return picture.finish();
}

/// Where z crosses `level`, cell by cell (marching squares); ends on edges lie where a straight line would put them.
void draw_level(Picture& picture, const Contours& contours, std::size_t layer, double level, const Scale& x,
                const Scale& y) {
  const auto& z = contours.layers[layer].z;
  const auto between = [&](double a, double b, double za, double zb) { return a + (level - za) / (zb - za) * (b - a); };
  for (std::size_t r = 0; r + 1 < contours.y.size(); ++r) {
    for (std::size_t c = 0; c + 1 < contours.x.size(); ++c) {
      const double x0 = contours.x[c], x1 = contours.x[c + 1], y0 = contours.y[r], y1 = contours.y[r + 1];
      const double a = z[r][c], b = z[r][c + 1], d = z[r + 1][c + 1], e = z[r + 1][c];
      std::vector<std::pair<double, double>> cuts;
      if ((a < level) != (b < level)) cuts.emplace_back(between(x0, x1, a, b), y0);
      if ((b < level) != (d < level)) cuts.emplace_back(x1, between(y0, y1, b, d));
      if ((e < level) != (d < level)) cuts.emplace_back(between(x0, x1, e, d), y1);
      if ((a < level) != (e < level)) cuts.emplace_back(x0, between(y0, y1, a, e));
      for (std::size_t i = 0; i + 1 < cuts.size(); i += 2)
        picture.line(x(cuts[i].first), y(cuts[i].second), x(cuts[i + 1].first), y(cuts[i + 1].second),
                     colours[layer % colours.size()], "", 1.5);
    }
  }
}

std::string draw(const Contours& contours, const SvgStyle& style) {
  constexpr std::size_t most = 4;  // more samples hide each other
  Picture picture(style, contours.title, 84);
  if (contours.x.empty() || contours.y.empty()) return picture.finish();
  std::vector<std::string> names;
  for (std::size_t i = 0; i < std::min(most, contours.layers.size()); ++i) names.push_back(contours.layers[i].name);
  picture.legend(names);
  const Scale x = cells(contours.x, picture.left(), picture.right()),
              y = cells(contours.y, picture.bottom(), picture.top());
  for (std::size_t i = 0; i < names.size(); ++i)
    for (const double level : contours.held) draw_level(picture, contours, i, level, x, y);
  picture.frame(&x, &y, contours.x_title, contours.y_title);
  return picture.finish();
}

}  // namespace

std::string as_svg(const Plot& plot, const SvgStyle& style) {
  return std::visit([&](const auto& one) { return draw(one, style); }, plot);
}

}  // namespace trigloop::report
