// How fast a menu is evaluated on decoded columns, which are in the cache as they are in the scouting pass. Usage:
// bench_menu FILE.root [MENU ...]. The answers of all instruction sets are compared before the clock counts; of one
// alone it does with $TRIGLOOP_FORCE_ISA.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <exception>
#include <map>
#include <string>
#include <vector>

#include "core/isa.hpp"
#include "event/layout.hpp"
#include "io/any/any.hpp"
#include "menu/evaluator.hpp"

namespace {

using namespace trigloop;

double cpu_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

constexpr int rounds = 9;

struct Result {
  std::uint64_t events = 0, fired = 0, answers = 0;
  double seconds = 0;
};

/// `times` evaluations of each window while it is warm; the fastest counts.
Result measure(const menu::Binding& binding, const io::Source& source, int times) {
  menu::Evaluator evaluator(binding);
  const auto reader = source.read(binding.selection(), {.cluster_entries = 1024});
  event::Columns window;
  menu::Fired fired;
  Result result;
  while (reader->next(window)) {
    double best = 1e9;
    for (int r = 0; r < times; ++r) {
      const double start = cpu_seconds();
      evaluator.run(window, fired);
      best = std::min(best, cpu_seconds() - start);
    }
    result.seconds += best;
    result.events += window.entries;
    for (std::size_t e = 0; e < fired.entries; ++e) result.fired += fired.any_fired(e);
    for (const std::uint64_t word : fired.bits) result.answers = (result.answers ^ word) * 1099511628211u;
  }
  return result;
}

void run(const std::string& file, const std::vector<std::string>& menus) {
  const auto source = io::open(file);
  const char* only = std::getenv("TRIGLOOP_FORCE_ISA");
  const event::Layout layout = event::find_layout(event::cms_l1_scouting);
  std::printf("%-16s %-8s %10s %14s %12s\n", "menu", "isa", "fired", "M events/s", "ns/event");
  for (const std::string& name : menus) {
    const menu::Binding binding = menu::bind(menu::find_menu(name), layout, *source);
    std::map<std::string, std::uint64_t> answers;
    for (const std::string& isa : core::usable_isas()) {
      core::force_isa(isa);
      answers[isa] = measure(binding, *source, 1).answers;
      if (answers[isa] != answers["scalar"])
        std::printf("%s: %s gives other answers than scalar\n", name.c_str(), isa.c_str());
      if (answers[isa] != answers["scalar"]) std::exit(1);
    }
    for (const std::string& isa : core::usable_isas()) {
      if (only != nullptr && isa != only) continue;
      core::force_isa(isa);
      const Result result = measure(binding, *source, rounds);
      std::printf("%-16s %-8s %8.2f %% %14.1f %12.1f\n", name.c_str(), isa.c_str(),
                  100.0 * static_cast<double>(result.fired) / static_cast<double>(result.events),
                  static_cast<double>(result.events) / result.seconds / 1e6,
                  1e9 * result.seconds / static_cast<double>(result.events));
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return std::fprintf(stderr, "usage: bench_menu FILE.root [MENU ...]\n"), 2;
  std::vector<std::string> menus(argv + 2, argv + argc);
  if (menus.empty()) menus = {menu::pythia_samples, menu::cms_run3};
  try {
    run(argv[1], menus);
  } catch (const std::exception& error) {
    return std::fprintf(stderr, "bench_menu: %s\n", error.what()), 1;
  }
}
