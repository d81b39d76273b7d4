// Products that are libraries: the C++ library, the emulator and the C simulation of the HLS project, built from their
// files and called through the interfaces that their users call.
#include <algorithm>
#include <cmath>
#include <map>

#include "core/embed.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "core/parallel.hpp"
#include "core/program.hpp"
#include "deploy/emulator/emulator.hpp"
#include "deploy/network/ap_type.hpp"
#include "deploy/network/fill.hpp"
#include "deploy/proof/built.hpp"

TRIGLOOP_EMBED(deploy_proof_adapter, TRIGLOOP_DEPLOY_PROOF "/adapter.inc");

namespace trigloop::deploy {
namespace {

namespace fs = std::filesystem;
using Trace = std::vector<std::optional<std::int64_t>>;

std::size_t values_of(const Network& network) {
  std::size_t values = 0;
  for (const model::Node& node : network.graph.nodes()) values += node.output.features();
  return values;
}

class CppContender final : public Contender {
 public:
  CppContender(const Network& network, const fs::path& library, const std::string& compiler)
      : Contender("cpp", compiler),
        library_(library),
        values_(values_of(network)),
        score_rows_(library_.get<ScoreRows>(network.name + "_score_rows")),
        trace_(library_.get<TraceOne>(network.name + "_trace")),
        features_(network.features()),
        name_(network.name) {}

  void run(std::span<const std::int16_t> rows, std::span<std::int32_t> codes) override {
    score_rows_(rows.data(), rows.size() / features_, codes.data());
  }
  Trace trace(std::span<const std::int16_t> event) override {
    if (library_.get<int()>(name_ + "_values")() != static_cast<int>(values_)) return {};
    std::vector<std::int64_t> codes(values_);
    trace_(event.data(), codes.data());
    return {codes.begin(), codes.end()};
  }

 private:
  using ScoreRows = void(const std::int16_t*, std::size_t, std::int32_t*);
  using TraceOne = void(const std::int16_t*, std::int64_t*);
  LoadedLibrary library_;
  std::size_t values_;
  ScoreRows* score_rows_;
  TraceOne* trace_;
  std::size_t features_;
  std::string name_;
};

/// Calls the emulator as CMSSW does. Compiled against the user's ap_types, as its types are those of the interface.
std::string emulator_adapter(const Network& network, const EmulatorOptions& options) {
  const core::FixedPoint result = emulator_result(network);
  return filled(TRIGLOOP_EMBEDDED(deploy_proof_adapter), {{"INPUT", ap_type(emulator_input(network, options))},
                                                          {"RESULT", ap_type(result)},
                                                          {"LOSS", ap_type(emulator_loss(network))},
                                                          {"PAIR", options.pair ? "1" : "0"},
                                                          {"FEATURES", std::to_string(network.features())},
                                                          {"OUTPUTS", std::to_string(network.outputs())},
                                                          {"INPUT_FRACTION", std::to_string(network.input_fraction)},
                                                          {"FRACTION", std::to_string(network.fraction())}});
}

class EmulatorContender final : public Contender {
 public:
  EmulatorContender(const Network& network, const fs::path& library, const fs::path& adapter,
                    const core::FixedPoint& input, unsigned threads)
      : Contender("emulator", ap_type(input) + " in, through create_model and std::any"),
        network_(network),
        library_(library),
        adapter_(adapter),
        threads_(threads),
        create_(library_.get<Create>("create_model")),
        destroy_(library_.get<Destroy>("destroy_model")) {
    // Codes of the network's input that the interface's type holds, whole.
    const int shift = input.fraction() - network.input_fraction;
    const model::Code unit = model::Code{1} << std::max(0, shift);
    low_ = shift >= 0 ? -(-input.min_code() / unit) : input.min_code();
    high_ = shift >= 0 ? input.max_code() / unit : input.max_code();
  }

  bool accepts(std::span<const std::int16_t> event) const override {
    return std::ranges::all_of(event, [&](std::int16_t code) { return code >= low_ && code <= high_; });
  }
  void run(std::span<const std::int16_t> rows, std::span<std::int32_t> codes) override {
    constexpr std::size_t part = 4096;
    const auto run = adapter_.get<void(Create*, Destroy*, const short*, long, int*)>("run_emulator");
    const std::size_t features = network_.features(), events = rows.size() / features;
    core::parallel_for((events + part - 1) / part, threads_, [&](std::size_t p, unsigned) {
      const std::size_t first = p * part, count = std::min(part, events - first);
      run(create_, destroy_, rows.data() + first * features, static_cast<long>(count),
          codes.data() + first * network_.outputs());
    });
  }
  Trace trace(std::span<const std::int16_t> event) override {
    if (library_.get<int()>("trace_size")() != static_cast<int>(values_of(network_))) return {};
    std::vector<long long> codes(values_of(network_));
    adapter_.get<void(Create*, Destroy*, void (*)(void*, long long*), const short*, long long*)>("trace_event")(
        create_, destroy_, library_.get<void(void*, long long*)>("trace_model"), event.data(), codes.data());
    return {codes.begin(), codes.end()};
  }

 private:
  using Create = void*();
  using Destroy = void(void*);
  const Network& network_;
  LoadedLibrary library_, adapter_;
  unsigned threads_;
  Create* create_;
  Destroy* destroy_;
  model::Code low_ = 0, high_ = 0;
};

class HlsContender final : public Contender {
 public:
  HlsContender(const Network& network, const fs::path& library, const std::string& compiler, unsigned threads)
      : Contender("hls", "C simulation, " + compiler),
        network_(network),
        library_(library),
        threads_(threads),
        run_(library_.get<void(double*, double*)>(network.name + "_double")) {}

  void run(std::span<const std::int16_t> rows, std::span<std::int32_t> codes) override {
    constexpr std::size_t part = 256;
    const std::size_t features = network_.features(), outputs = network_.outputs(), events = rows.size() / features;
    core::parallel_for((events + part - 1) / part, threads_, [&](std::size_t p, unsigned) {
      std::vector<double> result(outputs);
      for (std::size_t e = p * part; e < std::min(events, (p + 1) * part); ++e) {
        run_event(rows.subspan(e * features, features), result);
        for (std::size_t o = 0; o < outputs; ++o)
          codes[e * outputs + o] = static_cast<std::int32_t>(std::ldexp(result[o], network_.fraction()));
      }
    });
  }

  Trace trace(std::span<const std::int16_t> event) override {
    struct TraceData {
      const char* name;
      void* data;
    };
    library_.get<void(std::size_t)>("allocate_trace_storage")(sizeof(double));
    std::vector<TraceData> layers(network_.nodes.size(), {nullptr, nullptr});
    library_.get<void(TraceData*)>("collect_trace_output")(layers.data());
    std::vector<double> result(network_.outputs());
    run_event(event, result);
    std::map<std::string, const double*> by_name;
    for (const TraceData& layer : layers)
      if (layer.name != nullptr) by_name[layer.name] = static_cast<const double*>(layer.data);
    Trace codes;
    for (std::size_t n = 0; n < network_.nodes.size(); ++n) {
      const model::Tensor& output = network_.graph[n].output;
      const auto layer = by_name.find(network_.nodes[n]);
      for (std::size_t k = 0; k < output.features(); ++k)
        codes.push_back(layer != by_name.end()
                            ? static_cast<std::int64_t>(std::ldexp(layer->second[k], output.fraction))
                        : n == 0 ? std::optional<std::int64_t>(event[k])  // what it is given is no layer of hls4ml's
                                 : std::nullopt);
    }
    library_.get<void()>("free_trace_storage")();
    return codes;
  }

 private:
  void run_event(std::span<const std::int16_t> event, std::vector<double>& result) const {
    std::vector<double> input(event.size());
    for (std::size_t k = 0; k < event.size(); ++k) input[k] = std::ldexp(event[k], -network_.input_fraction);
    run_(input.data(), result.data());
  }

  const Network& network_;
  LoadedLibrary library_;
  unsigned threads_;
  void (*run_)(double*, double*);
};

}  // namespace

ContenderPointer cpp_contender(const Network& network, const Products& products, const Tools& tools) {
  const fs::path folder = copy_product(products, "cpp", tools);
  core::run_tool({"make", "-s", "CXX=" + tools.compiler}, folder);
  return std::make_unique<CppContender>(network, folder / ("lib" + network.name + ".so"), version_of(tools.compiler));
}

ContenderPointer emulator_contender(const Network& network, const Products& products, const Tools& tools) {
  require_ap_types(tools);
  const fs::path folder = copy_product(products, "emulator", tools);
  const std::string types = fs::absolute(tools.ap_types).string();
  core::run_tool({"make", "-s", "CXX=" + tools.compiler, "AP_TYPES=" + types}, folder);
  const EmulatorOptions options{products.emulator_input, products.emulator_pair};
  core::write_file(folder / "adapter.cpp", emulator_adapter(network, options));
  core::run_tool(
      {tools.compiler, "-std=c++17", "-O2", "-fPIC", "-shared", "-I" + types, "-I.", "-o", "adapter.so", "adapter.cpp"},
      folder);
  return std::make_unique<EmulatorContender>(network, folder / (network.name + ".so"), folder / "adapter.so",
                                             emulator_input(network, options), tools.threads);
}

ContenderPointer hls_contender(const Network& network, const Products& products, const Tools& tools) {
  require_ap_types(tools);
  const fs::path folder = copy_product(products, "hls", tools);
  core::run_tool(
      {"env", "CXX=" + tools.compiler, "AP_TYPES=" + fs::absolute(tools.ap_types).string(), "sh", "build_lib.sh"},
      folder);
  return std::make_unique<HlsContender>(network, folder / "firmware" / (network.name + ".so"),
                                        version_of(tools.compiler), tools.threads);
}

}  // namespace trigloop::deploy
