#pragma once
// Numbers for Prometheus, in its text format (version 0.0.4): families of samples with names, help and labels. Names
// follow its conventions: a prefix, base units, `_total` for counters.
#include <string>
#include <utility>
#include <vector>

namespace trigloop::serve {

using Labels = std::vector<std::pair<std::string, std::string>>;

class Metrics {
 public:
  /// A number that goes up and down; seconds, bytes, hertz or a ratio.
  Metrics& gauge(const std::string& name, const std::string& help) { return family(name, help, "gauge"); }
  /// A number that only grows; its name ends in `_total`.
  Metrics& counter(const std::string& name, const std::string& help) { return family(name, help, "counter"); }
  /// A sample of the family that was opened last.
  Metrics& sample(double value, const Labels& labels = {});

  const std::string& text() const noexcept { return text_; }

 private:
  Metrics& family(const std::string& name, const std::string& help, const char* type);

  std::string text_, name_;
};

inline constexpr const char* metrics_type = "text/plain; version=0.0.4; charset=utf-8";

}  // namespace trigloop::serve
