#include "scout/pass/sections.hpp"

#include <algorithm>
#include <mutex>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "core/interrupt.hpp"
#include "core/parallel.hpp"
#include "scout/pass/keys.hpp"

namespace trigloop::scout {
namespace {

constexpr std::uint64_t task_entries = 1u << 18;
constexpr std::size_t window_entries = 1u << 15;

std::uint64_t number_at(const event::ColumnView& column, std::size_t entry) {
  return event::visit(column.type, [&](auto type) {
    using T = std::conditional_t<std::is_same_v<decltype(type), bool>, std::uint8_t, decltype(type)>;
    return static_cast<std::uint64_t>(reinterpret_cast<const T*>(column.data)[entry]);
  });
}

std::uint32_t number_of_32_bits(const event::Columns& window, std::size_t c, std::size_t entry) {
  const std::uint64_t number = number_at(window.columns[c], entry);
  if (number <= UINT32_MAX && !event::is_float(window.columns[c].type)) return static_cast<std::uint32_t>(number);
  throw core::Error(core::ErrorCode::mismatch, "a run or lumisection is no number of 32 bits")
      .in("entry " + std::to_string(window.first_entry + entry))
      .remedy("Check the layout's `key`");
}

void extend(Sections& sections, event::LumiKey lumi, io::EntryRange entries) {
  Section& section = sections[lumi];
  if (section.events == 0) section.entries = entries;
  section.entries.begin = std::min(section.entries.begin, entries.begin);
  section.entries.end = std::max(section.entries.end, entries.end);
  section.events += entries.end - entries.begin;
}

void scan(io::ColumnReader& reader, io::EntryRange range, Sections& sections) {
  reader.rewind(range);
  event::Columns window;
  while (reader.next(window)) {
    core::stop_if_interrupted();
    for (std::size_t begin = 0; begin < window.entries;) {
      const event::LumiKey lumi{number_of_32_bits(window, 0, begin), number_of_32_bits(window, 1, begin)};
      std::size_t end = same_until(window.columns[0], begin, window.entries);
      end = same_until(window.columns[1], begin, end);
      extend(sections, lumi, {window.first_entry + begin, window.first_entry + end});
      begin = end;
    }
  }
}

}  // namespace

std::map<event::LumiKey, std::uint64_t> stated_orbits(const event::OrbitsSeen& seen, const io::Source& source) {
  std::map<event::LumiKey, std::uint64_t> stated;
  const auto& tables = source.info().tables;
  if (std::ranges::find(tables, seen.table, &io::TableInfo::name) == tables.end()) return stated;
  const auto reader = source.read({seen.table, 0, {seen.run, seen.lumisection, seen.orbits}});
  event::Columns window;
  while (reader->next(window)) {
    for (std::size_t i = 0; i < window.entries; ++i) {
      const event::LumiKey lumi{number_of_32_bits(window, 0, i), number_of_32_bits(window, 1, i)};
      // Files that were merged have a row for each part.
      stated[lumi] += number_at(window.columns[2], i);
    }
  }
  return stated;
}

Sections find_sections(const event::Layout& layout, const io::Source& source, unsigned threads) {
  const io::Selection keys{layout.table, 0, {layout.key.run, layout.key.block}};
  const std::vector<io::EntryRange> tasks = source.split(keys, task_entries);
  Sections sections;
  std::mutex mutex;
  core::parallel_for(tasks.size(), threads, [&](std::size_t task, unsigned) {
    Sections found;
    scan(*source.read(keys, {.cluster_entries = window_entries}), tasks[task], found);
    const std::scoped_lock lock(mutex);
    for (const auto& [lumi, section] : found) {
      Section& one = sections[lumi];
      if (one.events == 0) one.entries = section.entries;
      one.entries = {std::min(one.entries.begin, section.entries.begin),
                     std::max(one.entries.end, section.entries.end)};
      one.events += section.events;
    }
  });
  if (layout.orbits_seen) {
    for (const auto& [lumi, orbits] : stated_orbits(*layout.orbits_seen, source)) sections[lumi].orbits_stated = orbits;
  }
  return sections;
}

}  // namespace trigloop::scout
