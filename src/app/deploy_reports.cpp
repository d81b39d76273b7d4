// trigloop deploy reports: what Vivado wrote after routing, as numbers.
#include <fmt/format.h>

#include <iostream>
#include <memory>

#include "app/deploy.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "deploy/verilog/vivado.hpp"

namespace trigloop::app {
namespace {

struct Options {
  std::string utilization, timing;
  bool json = false;
};

template <class Parse>
auto read(const std::string& path, const Parse& parse) {
  try {
    return parse(core::read_text(path));
  } catch (core::Error& e) {
    e.file(path);
    throw;
  }
}

void show(const Options& options) {
  const deploy::Utilization used = read(options.utilization, deploy::parse_utilization);
  const deploy::Timing timing = read(options.timing, deploy::parse_timing);
  if (options.json) {
    core::JsonWriter json;
    json.begin_object().key("utilization");
    deploy::write_json(json, used);
    json.key("timing");
    deploy::write_json(json, timing);
    json.end_object();
    std::cout << json.text() << '\n';
    return;
  }
  std::cout << fmt::format("{} on {} ({})\n", used.design, used.device, used.state);
  std::cout << fmt::format("LUT {} of {}, FF {}, carry {}, block RAM {}, DSP {}\n", used.tables, used.available_tables,
                           used.registers, used.carries, used.memories, used.multipliers);
  std::cout << fmt::format("setup slack {} ns, hold slack {} ns, period {} ns: {}\n", timing.setup_slack,
                           timing.hold_slack, timing.period.value_or(0), timing.met ? "met" : "not met");
}

}  // namespace

void add_deploy_reports(CLI::App& deploy) {
  auto options = std::make_shared<Options>();
  CLI::App* command =
      deploy.add_subcommand("reports", "Read utilization and timing that Vivado reported after routing");
  command->add_option("UTILIZATION", options->utilization, "Of report_utilization")->required();
  command->add_option("TIMING", options->timing, "Of report_timing_summary")->required();
  command->add_flag("--json", options->json, "For programs");
  command->footer("Examples:\n  trigloop deploy reports firmware/vivado/utilization.rpt firmware/vivado/timing.rpt");
  command->callback([options] { show(*options); });
}

}  // namespace trigloop::app
