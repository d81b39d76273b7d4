// How fast a menu is evaluated on decoded columns. Usage: bench_menu FILE.root [MENU ...]. All seeds and whether any
// fires, of windows that are in the cache; and whether any fires as the scouting pass asks it, once of each window when
// all its columns have been decoded. The answers of all instruction sets are compared before the clock counts; of one
// alone it does with $TRIGLOOP_FORCE_ISA.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <exception>
#include <map>
#include <stdexcept>
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

  double nanoseconds() const { return 1e9 * seconds / static_cast<double>(events); }
};

void count(const menu::Fired& fired, Result& result) {
  result.events += fired.entries;
  for (std::size_t e = 0; e < fired.entries; ++e) result.fired += fired.any_fired(e);
  for (const std::uint64_t word : fired.bits) result.answers = (result.answers ^ word) * 1099511628211u;
}

using Ask = void (menu::Evaluator::*)(const event::Columns&, menu::Fired&);

/// `times` evaluations of each window while it is warm; the fastest counts.
Result measure(const menu::Binding& binding, const io::Source& source, Ask ask, int times) {
  menu::Evaluator evaluator(binding);
  const auto reader = source.read(binding.selection(), {.cluster_entries = 1024});
  event::Columns window;
  menu::Fired fired;
  Result result;
  while (reader->next(window)) {
    double best = 1e9;
    for (int r = 0; r < times; ++r) {
      const double start = cpu_seconds();
      (evaluator.*ask)(window, fired);
      best = std::min(best, cpu_seconds() - start);
    }
    result.seconds += best;
    count(fired, result);
  }
  return result;
}

/// Once of each window, beside all other columns of the table; the fastest of three readings counts.
Result measure_in_pass(const menu::Binding& binding, const io::Source& source) {
  io::Selection all{binding.table, binding.cycle, {}};
  for (const io::ColumnInfo& column : io::find_table(source.info(), binding.table, binding.cycle).columns)
    all.columns.push_back(column.name);
  std::vector<std::int32_t> positions;
  for (const std::string& name : binding.columns)
    positions.push_back(static_cast<std::int32_t>(std::ranges::find(all.columns, name) - all.columns.begin()));
  Result best;
  for (int r = 0; r < 3; ++r) {
    menu::Evaluator evaluator(binding, positions);
    const auto reader = source.read(all, {.cluster_entries = 1024});
    event::Columns window;
    menu::Fired fired;
    Result result;
    while (reader->next(window)) {
      const double start = cpu_seconds();
      evaluator.run_any(window, fired);
      result.seconds += cpu_seconds() - start;
      count(fired, result);
    }
    if (r == 0 || result.seconds < best.seconds) best = result;
  }
  return best;
}

void run(const std::string& file, const std::vector<std::string>& menus) {
  const auto source = io::open(file);
  const char* only = std::getenv("TRIGLOOP_FORCE_ISA");
  const event::Layout layout = event::find_layout(event::cms_l1_scouting);
  std::printf("%-16s %-8s %10s %12s %9s %9s %12s\n", "ns/event", "isa", "fired", "all seeds", "any", "in pass",
              "M all/s");
  for (const std::string& name : menus) {
    const menu::Binding binding = menu::bind(menu::find_menu(name), layout, *source);
    std::map<std::string, std::uint64_t> answers;
    for (const std::string& isa : core::usable_isas()) {
      core::force_isa(isa);
      answers[isa] = measure(binding, *source, &menu::Evaluator::run, 1).answers;
      if (answers[isa] != answers["scalar"])
        std::printf("%s: %s gives other answers than scalar\n", name.c_str(), isa.c_str());
      if (answers[isa] != answers["scalar"]) std::exit(1);
    }
    for (const std::string& isa : core::usable_isas()) {
      if (only != nullptr && isa != only) continue;
      core::force_isa(isa);
      const Result all = measure(binding, *source, &menu::Evaluator::run, rounds);
      const Result any = measure(binding, *source, &menu::Evaluator::run_any, rounds);
      const Result in_pass = measure_in_pass(binding, *source);
      if (any.fired != all.fired || in_pass.fired != all.fired) throw std::runtime_error("answers differ");
      std::printf("%-16s %-8s %8.2f %% %12.1f %9.1f %9.1f %12.1f\n", name.c_str(), isa.c_str(),
                  100.0 * static_cast<double>(all.fired) / static_cast<double>(all.events), all.nanoseconds(),
                  any.nanoseconds(), in_pass.nanoseconds(), 1e3 / all.nanoseconds());
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
