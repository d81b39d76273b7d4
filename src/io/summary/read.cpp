// Columns that share a counter are read together, so that it is decoded once; others in groups of a few. Each (group,
// range of entries) is one job for a thread. The results of the jobs are merged in the order of the file, so they do
// not depend on the threads. If a job fails, the columns of its group are read again one by one: only the damaged one
// fails.
#include "io/summary/read.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "core/interrupt.hpp"
#include "core/parallel.hpp"
#include "core/progress.hpp"

namespace trigloop::io {
namespace {

constexpr std::uint64_t entries_per_job = 1u << 17;
constexpr std::size_t scalars_per_group = 16;

struct Group {
  const TableSummary* table = nullptr;
  std::vector<ColumnSummary*> columns;

  Selection selection() const {
    Selection all{table->name, table->cycle, {}};
    for (const ColumnSummary* column : columns) all.columns.push_back(column->info.name);
    return all;
  }
};

struct Job {
  std::size_t group = 0;
  EntryRange range;
  std::vector<Statistics> statistics;  ///< one for each column of the group
  std::optional<core::Error> error;
};

bool is_readable(const ColumnSummary& column) { return column.info.type && column.info.why_not.empty(); }

std::vector<Group> group_columns(std::vector<TableSummary>& tables) {
  std::vector<Group> groups;
  for (TableSummary& table : tables) {
    std::set<std::string> counters;
    for (const ColumnSummary& column : table.columns) counters.insert(column.info.counter);
    // Key: the counter, or the number of entries for columns without one.
    std::map<std::pair<std::string, std::uint64_t>, std::size_t> open;
    for (ColumnSummary& column : table.columns) {
      if (!is_readable(column)) continue;
      const ColumnInfo& info = column.info;
      const std::string counter = !info.counter.empty() ? info.counter : counters.contains(info.name) ? info.name : "";
      const auto [at, fresh] = open.try_emplace({counter, info.entries}, groups.size());
      if (!fresh && counter.empty() && groups[at->second].columns.size() == scalars_per_group)
        at->second = groups.size();
      if (at->second == groups.size()) groups.push_back({&table, {}});
      groups[at->second].columns.push_back(&column);
    }
  }
  return groups;
}

/// The jobs of a group; a group that cannot even be split is one failed job.
void add_jobs(const Source& source, const std::vector<Group>& groups, std::size_t number, std::vector<Job>& jobs) {
  try {
    for (const EntryRange range : source.split(groups[number].selection(), entries_per_job)) {
      jobs.push_back({number, range, {}, {}});
    }
  } catch (const core::Error& e) {
    jobs.push_back({number, {}, {}, e});
  }
}

/// What a thread keeps from job to job: jobs of a group follow each other, and a reader owns buffers.
struct Worker {
  std::size_t group = 0;
  std::unique_ptr<ColumnReader> reader;
  event::Columns cluster;
};

void run_job(const Source& source, const Group& group, Worker& worker, Job& job) {
  if (!worker.reader || worker.group != job.group) {
    worker.reader = source.read(group.selection());
    worker.group = job.group;
  }
  for (const ColumnSummary* column : group.columns) job.statistics.emplace_back(*column->info.type);
  worker.reader->rewind(job.range);
  while (worker.reader->next(worker.cluster)) {
    core::stop_if_interrupted();
    for (std::size_t i = 0; i < job.statistics.size(); ++i) job.statistics[i].add(worker.cluster.columns[i]);
  }
}

void run_job_noting_errors(const Source& source, const Group& group, Worker& worker, Job& job) {
  if (job.error) return;
  try {
    run_job(source, group, worker, job);
  } catch (const core::Error& e) {
    if (e.code() == core::ErrorCode::interrupted) throw;
    job.error = e;
    worker.reader.reset();
  }
}

/// Merges the jobs of whole groups into their columns, and returns the groups that failed with the first error of each.
std::vector<std::pair<const Group*, core::Error>> merge(const std::vector<Group>& groups,
                                                        const std::vector<Job>& jobs) {
  std::vector<std::pair<const Group*, core::Error>> failed;
  for (std::size_t first = 0, last = 0; first < jobs.size(); first = last) {
    const Group& group = groups[jobs[first].group];
    while (last < jobs.size() && jobs[last].group == jobs[first].group) ++last;
    const std::span part(&jobs[first], last - first);
    const auto bad = std::ranges::find_if(part, [](const Job& job) { return job.error.has_value(); });
    if (bad != part.end()) {
      failed.emplace_back(&group, *bad->error);
      continue;
    }
    for (std::size_t i = 0; i < group.columns.size(); ++i) {
      for (const Job& job : part) group.columns[i]->statistics.merge(job.statistics[i]);
      group.columns[i]->complete = true;
    }
  }
  return failed;
}

auto read_groups(const Source& source, const std::vector<Group>& groups, const SummaryOptions& options) {
  std::vector<Job> jobs;
  for (std::size_t i = 0; i < groups.size(); ++i) add_jobs(source, groups, i, jobs);
  std::vector<Worker> workers(options.threads == 0 ? core::available_cores() : options.threads);
  core::Progress progress("reading", jobs.size(), "parts",
                          options.show_progress ? core::ProgressMode::automatic : core::ProgressMode::quiet);
  core::parallel_for(jobs.size(), options.threads, [&](std::size_t i, unsigned worker) {
    run_job_noting_errors(source, groups[jobs[i].group], workers[worker], jobs[i]);
    progress.advance(1);
  });
  // A table without entries may have no range at all: its columns are complete, and empty.
  std::vector<bool> has_job(groups.size(), false);
  for (const Job& job : jobs) has_job[job.group] = true;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    for (ColumnSummary* column : groups[i].columns) column->complete |= !has_job[i];
  }
  return merge(groups, jobs);
}

}  // namespace

void read_statistics(const Source& source, std::vector<TableSummary>& tables, const SummaryOptions& options) {
  const std::vector<Group> groups = group_columns(tables);
  std::vector<Group> single;
  for (const auto& [group, error] : read_groups(source, groups, options)) {
    if (group->columns.size() == 1) group->columns[0]->error = error;
    if (group->columns.size() == 1) continue;
    for (ColumnSummary* column : group->columns) single.push_back({group->table, {column}});
  }
  for (const auto& [group, error] : read_groups(source, single, options)) group->columns[0]->error = error;
}

}  // namespace trigloop::io
