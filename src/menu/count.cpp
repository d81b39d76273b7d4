#include "menu/count.hpp"

#include <memory>
#include <vector>

#include "core/interrupt.hpp"
#include "core/parallel.hpp"

namespace trigloop::menu {
namespace {

/// What one thread reuses from task to task.
struct Worker {
  Worker(const Binding& binding, const io::Source& source, const io::ReadOptions& options)
      : reader(source.read(binding.selection(), options)), evaluator(binding), tally(evaluator.seeds()) {}

  std::unique_ptr<io::ColumnReader> reader;
  Evaluator evaluator;
  event::Columns window;
  Fired fired;
  Tally tally;
};

}  // namespace

Tally count_seeds(const Binding& binding, const io::Source& source, const CountOptions& options) {
  const unsigned threads = options.threads != 0 ? options.threads : core::available_cores();
  const std::vector<io::EntryRange> tasks = source.split(binding.selection(), std::uint64_t{1} << 16);
  std::vector<std::unique_ptr<Worker>> workers(threads);
  core::parallel_for(tasks.size(), threads, [&](std::size_t task, unsigned number) {
    std::unique_ptr<Worker>& worker = workers[number];
    if (!worker) worker = std::make_unique<Worker>(binding, source, options.read);
    worker->reader->rewind(tasks[task]);
    while (worker->reader->next(worker->window)) {
      core::stop_if_interrupted();
      worker->evaluator.run(worker->window, worker->fired);
      worker->tally.add(worker->fired);
      if (options.advance) options.advance(worker->window.entries);
    }
  });
  Tally sum(binding.menu.seeds.size());
  for (const auto& worker : workers) {
    if (worker) sum += worker->tally;
  }
  return sum;
}

}  // namespace trigloop::menu
