#include "deploy/hls/project.hpp"

#include <fmt/format.h>

#include <cmath>

#include "core/embed.hpp"
#include "deploy/hls/layers.hpp"
#include "deploy/network/fill.hpp"
#include "score/reference.hpp"

TRIGLOOP_EMBED(deploy_hls_bridge, TRIGLOOP_DEPLOY_HLS "/bridge.inc");
TRIGLOOP_EMBED(deploy_hls_test, TRIGLOOP_DEPLOY_HLS "/test.inc");
TRIGLOOP_EMBED(deploy_hls_firmware_cpp, TRIGLOOP_DEPLOY_HLS "/firmware_cpp.inc");
TRIGLOOP_EMBED(deploy_hls_firmware_h, TRIGLOOP_DEPLOY_HLS "/firmware_h.inc");
TRIGLOOP_EMBED(deploy_hls_nnet_exact, TRIGLOOP_DEPLOY_HLS "/nnet_exact.inc");
TRIGLOOP_EMBED(deploy_hls_nnet_helpers, TRIGLOOP_DEPLOY_HLS "/nnet_helpers.inc");
TRIGLOOP_EMBED(deploy_hls_scripts, TRIGLOOP_DEPLOY_HLS "/scripts.inc");

namespace trigloop::deploy {
namespace {

/// "@FILE name" begins each of the files that a text holds.
void split_files(const std::string& text, Files& files) {
  constexpr std::string_view mark = "@FILE ";
  for (std::size_t at = text.find(mark); at != std::string::npos;) {
    const std::size_t name = at + mark.size(), line = text.find('\n', name), next = text.find(mark, line);
    files[text.substr(name, line - name)] = text.substr(line + 1, next == std::string::npos ? next : next - line - 1);
    at = next;
  }
}

std::string header(const std::string& guard, const std::string& includes, const std::string& network,
                   const std::string& body) {
  return fmt::format("#ifndef {0}_H_\n#define {0}_H_\n\n{1}\nnamespace {2} {{\n\n{3}\n}} // namespace {2}\n\n#endif\n",
                     guard, includes, network, body);
}

/// Events and the scores that they must have, a line each.
void test_bench(const Network& network, std::span<const std::int16_t> events, Files& files) {
  const score::Reference reference(network.graph);
  auto state = reference.make_state();
  std::string features, scores;
  for (std::size_t e = 0; (e + 1) * network.features() <= events.size(); ++e) {
    const std::int16_t* event = events.data() + e * network.features();
    reference.run(event, 1, state);
    for (std::size_t k = 0; k < network.features(); ++k) {
      const auto code = static_cast<double>(reference.code(state, 0, k));
      features += fmt::format("{}{:.17g}", k == 0 ? "" : " ", std::ldexp(code, -network.input_fraction));
    }
    for (std::size_t o = 0; o < network.outputs(); ++o)
      scores +=
          fmt::format("{}{:.17g}", o == 0 ? "" : " ", reference.value(state, network.graph.nodes().size() - 1, o));
    features += '\n';
    scores += '\n';
  }
  files["tb_data/tb_input_features.dat"] = features;
  files["tb_data/tb_output_predictions.dat"] = scores;
}

}  // namespace

Files hls_project(const Network& network, const HlsOptions& options, std::span<const std::int16_t> events) {
  const HlsNetwork hls = hls_network(network);
  const std::string& name = network.name;
  const std::vector<std::pair<std::string, std::string>> values{{"NAME", name},
                                                                {"FEATURES", std::to_string(network.features())},
                                                                {"OUTPUTS", std::to_string(network.outputs())},
                                                                {"OUTPUT", hls.output},
                                                                {"PART", options.part},
                                                                {"PERIOD", fmt::format("{}", options.period)},
                                                                {"TRACE", hls.trace},
                                                                {"LAYERS", hls.layers}};
  Files files = hls.files;
  split_files(filled(TRIGLOOP_EMBEDDED(deploy_hls_scripts), values), files);
  files["firmware/" + name + ".cpp"] = filled(TRIGLOOP_EMBEDDED(deploy_hls_firmware_cpp), values);
  files["firmware/" + name + ".h"] = filled(TRIGLOOP_EMBEDDED(deploy_hls_firmware_h), values);
  files["firmware/defines.h"] =
      header("DEFINES", "#include \"ap_fixed.h\"\n#include \"ap_int.h\"\n", name, hls.sizes + "\n" + hls.types);
  files["firmware/parameters.h"] =
      header("PARAMETERS",
             "#include \"defines.h\"\n#include \"nnet_utils/nnet_exact.h\"\n#include \"nnet_utils/nnet_helpers.h\"\n" +
                 hls.weights,
             name, hls.configs);
  files["firmware/nnet_utils/nnet_exact.h"] = TRIGLOOP_EMBEDDED(deploy_hls_nnet_exact);
  files["firmware/nnet_utils/nnet_helpers.h"] = TRIGLOOP_EMBEDDED(deploy_hls_nnet_helpers);
  files[name + "_bridge.cpp"] = filled(TRIGLOOP_EMBEDDED(deploy_hls_bridge), values);
  files[name + "_test.cpp"] = filled(TRIGLOOP_EMBEDDED(deploy_hls_test), values);
  test_bench(network, events, files);
  return files;
}

}  // namespace trigloop::deploy
