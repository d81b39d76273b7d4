#include "evaluate/l1.hpp"

#include <memory>

#include "core/interrupt.hpp"
#include "core/parallel.hpp"
#include "event/layout.hpp"
#include "menu/evaluator.hpp"

namespace trigloop::evaluate {
namespace {

/// What one thread reuses from range to range.
struct Worker {
  Worker(const menu::Binding& binding, const io::Source& source)
      : reader(source.read(binding.selection(), {.cluster_entries = 2048})), evaluator(binding) {}
  std::unique_ptr<io::ColumnReader> reader;
  menu::Evaluator evaluator;
  event::Columns window;
  menu::Fired fired;
};

}  // namespace

std::vector<std::uint8_t> fired_entries(const menu::Binding& binding, const io::Source& source, unsigned threads) {
  std::vector<std::uint8_t> fired(io::find_table(source.info(), binding.table, binding.cycle).entries);
  const std::vector<io::EntryRange> ranges = source.split(binding.selection(), std::uint64_t{1} << 16);
  std::vector<std::unique_ptr<Worker>> workers(threads);
  core::parallel_for(ranges.size(), threads, [&](std::size_t range, unsigned number) {
    std::unique_ptr<Worker>& worker = workers[number];
    if (!worker) worker = std::make_unique<Worker>(binding, source);
    worker->reader->rewind(ranges[range]);
    while (worker->reader->next(worker->window)) {
      core::stop_if_interrupted();
      worker->evaluator.run_any(worker->window, worker->fired);
      for (std::size_t e = 0; e < worker->window.entries; ++e)
        fired[worker->window.first_entry + e] = worker->fired.any_fired(e) ? 1 : 0;
    }
  });
  return fired;
}

menu::Binding bind_menu(const menu::Menu& menu, const io::Source& source, const std::string& set) {
  menu::BindOptions options;
  options.drop_unfit = true;
  menu::DenseNames names;
  if (!set.empty()) names = {"", set, set + "_ET", set + "_HT"};
  if (menu::has_dense(source.info(), names)) return menu::bind_dense(menu, source, names, options);
  return menu::bind(menu, event::find_layout(event::cms_l1_scouting), source, options);
}

}  // namespace trigloop::evaluate
