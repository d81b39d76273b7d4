// A difference as people read it: which event, which score, and every value of every layer side by side.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "deploy/proof/prove.hpp"

namespace trigloop::deploy {
namespace {

const Difference::Column* column_of(const Difference& difference, const std::string& contender) {
  const auto found = std::ranges::find(difference.columns, contender, &Difference::Column::contender);
  return found == difference.columns.end() ? nullptr : &*found;
}

}  // namespace

std::string first_node(const Network& network, const std::string& contender, const Difference& difference) {
  const Difference::Column *want = column_of(difference, "reference"), *got = column_of(difference, contender);
  if (want == nullptr || got == nullptr) return "";
  std::size_t at = 0;
  for (std::size_t n = 0; n < network.nodes.size(); ++n)
    for (std::size_t k = 0; k < network.graph[n].output.features(); ++k, ++at)
      if (got->codes[at] && got->codes[at] != want->codes[at]) return network.graph[n].name;
  return "";
}

std::string as_text(const Network& network, const std::string& contender, const Difference& difference) {
  std::string text = fmt::format("{} differs from the reference in event {} of '{}': score {} for {}\ninput: {}\n",
                                 contender, difference.event, difference.set, fmt::join(difference.got, ", "),
                                 fmt::join(difference.expected, ", "), fmt::join(difference.input, " "));
  const std::string node = first_node(network, contender, difference);
  text += node.empty() ? "it cannot tell its values\n" : fmt::format("the first that differs is '{}'\n", node);
  text += fmt::format("{:<28}", "code of");
  for (const auto& column : difference.columns) text += fmt::format("{:>16}", column.contender);
  text += '\n';
  std::size_t at = 0;
  for (std::size_t n = 0; n < network.nodes.size(); ++n)
    for (std::size_t k = 0; k < network.graph[n].output.features(); ++k, ++at) {
      text += fmt::format("{:<28}", fmt::format("{}[{}]", network.graph[n].name, k));
      for (const auto& column : difference.columns) {
        const auto& code = column.codes[at];
        const bool differs = code && code != difference.columns.front().codes[at];
        text += fmt::format("{:>15}{}", code ? std::to_string(*code) : "-", differs ? '<' : ' ');
      }
      text += '\n';
    }
  return text;
}

}  // namespace trigloop::deploy
