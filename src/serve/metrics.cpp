#include "serve/metrics.hpp"

#include <fmt/format.h>

#include <cassert>
#include <cmath>

namespace trigloop::serve {
namespace {

std::string escaped(const std::string& text, bool quotes) {
  std::string out;
  for (const char c : text) {
    if (c == '\\') {
      out += "\\\\";
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '"' && quotes) {
      out += "\\\"";
    } else {
      out += c;
    }
  }
  return out;
}

std::string number(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  return fmt::format("{}", value);
}

}  // namespace

Metrics& Metrics::family(const std::string& name, const std::string& help, const char* type) {
  name_ = "trigloop_" + name;
  text_ += "# HELP " + name_ + ' ' + escaped(help, false) + "\n# TYPE " + name_ + ' ' + type + '\n';
  return *this;
}

Metrics& Metrics::sample(double value, const Labels& labels) {
  assert(!name_.empty());
  text_ += name_;
  const char* between = "{";
  for (const auto& [name, content] : labels) {
    text_ += between + name + "=\"" + escaped(content, true) + '"';
    between = ",";
  }
  text_ += (labels.empty() ? " " : "} ") + number(value) + '\n';
  return *this;
}

}  // namespace trigloop::serve
