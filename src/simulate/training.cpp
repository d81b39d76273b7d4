#include "simulate/training.hpp"

#include <algorithm>

#include "core/buffer.hpp"
#include "core/error.hpp"
#include "core/in_order.hpp"
#include "core/text.hpp"
#include "simulate/batch.hpp"
#include "simulate/generator.hpp"
#include "simulate/process.hpp"

namespace trigloop::simulate {
namespace {

using event::Type;

constexpr std::uint64_t block_events = 4096;
constexpr std::size_t row_values = 33 * 3;

/// One cluster of a table: the objects and what belongs to them.
class TrainingBlock {
 public:
  const event::Columns& fill(const Batch& batch, std::uint64_t first_entry) {
    const std::size_t n = batch.size();
    objects_.resize_discard(n * row_values);
    for (auto* column : {&et_, &ht_, &pileup_}) column->resize_discard(n);
    fired_.resize_discard(n);
    batch.fill_objects(objects_.data());
    for (std::size_t i = 0; i < n; ++i) {
      et_[i] = static_cast<float>(batch.sums(i)[static_cast<int>(Sum::total_et)]);         // 0.5 GeV
      ht_[i] = 0.5f * static_cast<float>(batch.sums(i)[static_cast<int>(Sum::total_ht)]);  // GeV
      pileup_[i] = static_cast<float>(batch.pileup()[i]);
      fired_[i] = batch.l1()[i];
    }
    columns_ = {first_entry, n, {}};
    add(Type::int16, objects_, row_values);
    add(Type::float32, et_, 1);
    add(Type::float32, ht_, 1);
    add(Type::float32, pileup_, 1);
    add(Type::boolean, fired_, 1);
    return columns_;
  }

 private:
  template <class T>
  void add(Type type, const core::AlignedBuffer<T>& values, std::size_t inner) {
    columns_.columns.push_back({type,
                                false,
                                static_cast<std::uint32_t>(inner),
                                reinterpret_cast<const std::byte*>(values.data()),
                                values.size(),
                                {}});
  }

  core::AlignedBuffer<std::int16_t> objects_;
  core::AlignedBuffer<float> et_, ht_, pileup_;
  core::AlignedBuffer<std::uint8_t> fired_;
  event::Columns columns_;
};

void check(const TrainingOptions& options) {
  if (options.events == 0) throw core::Error(core::ErrorCode::usage, "no events are asked for").remedy("Give --events");
  for (const Drift& d : options.drifts) {
    if (!d.by_lumisection && d.kind != DriftKind::bunch_fill) continue;
    throw core::Error(core::ErrorCode::usage, "this sample has no lumisections")
        .remedy("Start drifts at an event: start=100000");
  }
}

/// `stream` keeps the events of processes apart.
TrainingSummary write_process(const Process& process, std::uint64_t stream, const TrainingOptions& options,
                              io::Sink& sink, std::size_t table, const Advance& advance) {
  const Generator generator(process, options.seed);
  TrainingBlock block;
  TrainingSummary summary{process.name, 0, 0};
  const std::uint64_t blocks = (options.events + block_events - 1) / block_events;
  const auto make = [&](std::uint64_t number, unsigned, Batch& batch) {
    const std::uint64_t first = number * block_events, last = std::min(first + block_events, options.events);
    batch.clear(block_events);
    Event event;
    for (std::uint64_t i = first; i < last; ++i) {
      make_event(generator, options.drifts, options.seed, stream << 56 | i, {i, 0}, event);
      batch.push(event, {});
    }
  };
  const auto take = [&](std::uint64_t number, const Batch& batch) {
    sink.append(table, block.fill(batch, number * block_events));
    summary.events += batch.size();
    for (const std::uint8_t fired : batch.l1()) summary.fired += fired;
    if (advance) advance(batch.size());
  };
  core::run_in_order<Batch>(blocks, options.threads, make, take);
  return summary;
}

}  // namespace

std::vector<std::size_t> find_signals(const std::vector<std::string>& names) {
  std::vector<std::string> known;
  for (const Process& process : signals()) known.push_back(process.name);
  std::vector<std::size_t> found;
  for (const std::string& name : names) {
    const auto at = std::ranges::find(known, name);
    if (at == known.end()) {
      const std::string near = core::nearest(name, known);
      std::string list;
      for (const std::string& one : known) list += (list.empty() ? "" : ", ") + one;
      throw core::Error(core::ErrorCode::usage, "there is no signal '" + name + "'")
          .remedy(near.empty() ? "Known: " + list : "Did you mean '" + near + "'?");
    }
    found.push_back(static_cast<std::size_t>(at - known.begin()));
  }
  for (std::size_t i = 0; names.empty() && i < known.size(); ++i) found.push_back(i);
  return found;
}

std::vector<TrainingSummary> write_zerobias(const TrainingOptions& options, io::Sink& sink, const Advance& advance) {
  check(options);
  const std::size_t table = sink.add_table({"",
                                            "",
                                            {{"full_data_cyl", Type::int16, {33, 3}, ""},
                                             {"ET", Type::float32, {}, ""},
                                             {"HT", Type::float32, {}, ""},
                                             {"event_info", Type::float32, {1}, ""},
                                             {"L1bit", Type::boolean, {}, ""}}});
  return {write_process(zero_bias(), 0, options, sink, table, advance)};
}

std::vector<TrainingSummary> write_signals(const TrainingOptions& options, io::Sink& sink, const Advance& advance) {
  check(options);
  const std::vector<std::size_t> chosen = find_signals(options.signals);
  // The columns of all signals stand in the root group, but each signal is a table of its own length.
  std::vector<std::size_t> tables;
  for (const std::size_t i : chosen) {
    const std::string& name = signals()[i].name;
    tables.push_back(sink.add_table({"",
                                     name,
                                     {{name, Type::int16, {33, 3}, ""},
                                      {name + "_ET", Type::float32, {}, ""},
                                      {name + "_HT", Type::float32, {}, ""},
                                      {name + "_nPV", Type::float32, {}, ""},
                                      {name + "_l1bit", Type::boolean, {}, ""}}}));
  }
  std::vector<TrainingSummary> summaries;
  for (std::size_t k = 0; k < chosen.size(); ++k)
    summaries.push_back(write_process(signals()[chosen[k]], chosen[k] + 1, options, sink, tables[k], advance));
  return summaries;
}

}  // namespace trigloop::simulate
