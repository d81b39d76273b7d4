#include "deploy/cpp/library.hpp"

#include <fmt/format.h>

#include "core/embed.hpp"
#include "deploy/cpp/statements.hpp"
#include "deploy/cpp/tables.hpp"
#include "deploy/network/fill.hpp"

TRIGLOOP_EMBED(deploy_cpp_header, TRIGLOOP_DEPLOY_CPP "/header.inc");
TRIGLOOP_EMBED(deploy_cpp_types, TRIGLOOP_DEPLOY_CPP "/types.inc");
TRIGLOOP_EMBED(deploy_cpp_kernels, TRIGLOOP_DEPLOY_CPP "/kernels.inc");
TRIGLOOP_EMBED(deploy_cpp_dispatch, TRIGLOOP_DEPLOY_CPP "/dispatch.inc");
TRIGLOOP_EMBED(deploy_cpp_plain, TRIGLOOP_DEPLOY_CPP "/plain.inc");
TRIGLOOP_EMBED(deploy_cpp_device, TRIGLOOP_DEPLOY_CPP "/device.inc");
TRIGLOOP_EMBED(deploy_cpp_c, TRIGLOOP_DEPLOY_CPP "/c_interface.inc");
TRIGLOOP_EMBED(deploy_cpp_python, TRIGLOOP_DEPLOY_CPP "/python.inc");
TRIGLOOP_EMBED(deploy_cpp_makefile, TRIGLOOP_DEPLOY_CPP "/makefile.inc");

namespace trigloop::deploy {
namespace {

constexpr const char* qualifiers = "HOST_DEVICE inline";

std::string with_name(std::string_view text, const std::string& name) { return filled(text, {{"NAME", name}}); }

std::string header(const Network& network) {
  std::size_t values = 0;
  for (const model::Node& node : network.graph.nodes()) values += node.output.features();
  return filled(TRIGLOOP_EMBEDDED(deploy_cpp_header), {{"NAME", network.name},
                                                       {"INPUT", core::to_string(network.value_type())},
                                                       {"INPUT_FRACTION", std::to_string(network.input_fraction)},
                                                       {"FEATURES", std::to_string(network.features())},
                                                       {"OUTPUTS", std::to_string(network.outputs())},
                                                       {"FRACTION", std::to_string(network.fraction())},
                                                       {"VALUES", std::to_string(values)}});
}

/// Every value of every node, and the score.
std::string functions(const Network& network, Statements& statements) {
  Statements::Values score, all;
  const model::NodeIndex last = network.graph.nodes().size() - 1;
  for (std::size_t o = 0; o < network.outputs(); ++o) score.emplace(last, o);
  std::string text = fmt::format(
      "// One event, statement by statement.\n[[maybe_unused]] {} void score_event(const std::int16_t* event, "
      "std::int32_t* codes) {{\n{}",
      qualifiers, statements.compute(score, "event"));
  for (std::size_t o = 0; o < network.outputs(); ++o)
    text += fmt::format("  codes[{}] = static_cast<std::int32_t>({});\n", o, statements.variable(last, o));
  std::string stores;
  std::size_t at = 0;
  for (model::NodeIndex n = 0; n <= last; ++n)
    for (std::size_t k = 0; k < network.graph[n].output.features(); ++k) {
      all.emplace(n, k);
      stores += fmt::format("  codes[{}] = {};\n", at++, statements.variable(n, k));
    }
  text += fmt::format(
      "}}\n\n}}  // namespace\n\nvoid trace(const std::int16_t* event, std::int64_t* codes) noexcept {{\n{}{}}}\n",
      statements.compute(all, "event"), stores);
  return text;
}

std::string source(const Network& network) {
  const score::Plan plan(network.graph);
  Statements statements(network, qualifiers);
  const bool kernels = has_kernels(plan);
  const std::string tables = kernels ? kernel_tables(plan, statements) : "";
  const std::string body = functions(network, statements);
  const std::string &name = network.name, open = fmt::format("namespace {} {{\nnamespace {{\n\n", name),
                    close = fmt::format("\n}}  // namespace {}\n", name);
  std::string text = fmt::format("// {}: a quantised network. Made by `trigloop deploy cpp`; do not edit.\n", name);
  if (kernels) {
    text += "#if defined(IN_KERNELS)\n" + open + std::string(TRIGLOOP_EMBEDDED(deploy_cpp_kernels)) +
            "\n}  // namespace" + close + "#else\n";
  }
  const std::string_view device = TRIGLOOP_EMBEDDED(deploy_cpp_device);
  const std::size_t cut = device.find("@CUT@\n");  // macros before the code, the kernel of graphics cards behind it
  text += with_name(device.substr(0, cut), name);
  text += open + statements.conversions() + "\n" + body;
  const std::string plain(TRIGLOOP_EMBEDDED(deploy_cpp_plain));
  if (kernels) {
    text += "\n#if VECTOR_KERNELS\nnamespace {\n\n" + std::string(TRIGLOOP_EMBEDDED(deploy_cpp_types)) + tables + "\n" +
            with_name(TRIGLOOP_EMBEDDED(deploy_cpp_dispatch), name) + "#else\n" + plain + "#endif\n";
  } else {
    text += "\n" + plain;
  }
  text += close + with_name(TRIGLOOP_EMBEDDED(deploy_cpp_c), name);
  text += with_name(device.substr(cut + 6), name);
  return text + (kernels ? "#endif  // IN_KERNELS\n" : "");
}

}  // namespace

Files cpp_library(const Network& network) {
  const std::string& name = network.name;
  return {{name + ".hpp", header(network)},
          {name + ".cpp", source(network)},
          {name + ".py", with_name(TRIGLOOP_EMBEDDED(deploy_cpp_python), name)},
          {"Makefile", with_name(TRIGLOOP_EMBEDDED(deploy_cpp_makefile), name)}};
}

}  // namespace trigloop::deploy
