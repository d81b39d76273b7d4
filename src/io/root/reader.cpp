#include "io/root/reader.hpp"

#include <algorithm>

#include "core/error.hpp"

namespace trigloop::io::root {

Reader::Reader(std::shared_ptr<const OpenFile> file, std::size_t tree, const std::vector<std::size_t>& columns,
               const ReadOptions& options)
    : file_(std::move(file)),
      tree_(tree),
      tools_{RecordReader(file_->file.input(), options.read_ahead), Decompressor(options.verify), {}, options} {
  for (const std::size_t column : columns) {
    Output output{open_lane(column), none};
    const Column& plan = *file_->plans[tree_][column];
    if (plan.layout == Layout::counted) add_counted(column, output.lane, output);
    if (lane(output.lane).self_counted()) output.group = open_group(output.lane);
    outputs_.push_back(output);
  }
  std::uint64_t entries = file_->info.tables[tree_].entries;
  if (!streams_.empty()) entries = streams_[0].branch().entries;
  rewind({0, entries});
}

Reader::LaneRef Reader::open_lane(std::size_t column) {
  const Column& plan = *file_->plans[tree_][column];
  auto stream = std::ranges::find(streams_, plan.branch, &BranchStream::number);
  if (stream == streams_.end()) {
    streams_.emplace_back(file_->trees[tree_].branches[plan.branch], plan.branch);
    stream = streams_.end() - 1;
  }
  return {static_cast<std::size_t>(stream - streams_.begin()), stream->lane_of(plan)};
}

std::size_t Reader::open_group(LaneRef counter) {
  const auto found = std::ranges::find(groups_, counter, &Group::counter);
  if (found != groups_.end()) return static_cast<std::size_t>(found - groups_.begin());
  groups_.emplace_back().counter = counter;
  return groups_.size() - 1;
}

void Reader::add_counted(std::size_t column, LaneRef ref, Output& output) {
  output.group = open_group(open_lane(*file_->plans[tree_][column]->counter));
  auto& counted = groups_[output.group].counted;
  if (std::ranges::find(counted, ref) == counted.end()) counted.push_back(ref);
}

const std::string& Reader::name_of(LaneRef ref) { return streams_[ref.stream].branch().path; }

/// Adds file and tree to errors on their way out.
template <class Action>
void Reader::explain(Action&& action) {
  try {
    action();
  } catch (core::Error& e) {
    e.in("tree '" + core::escaped(file_->trees[tree_].path) + "'").file(file_->info.path.native());
    throw;
  }
}

void Reader::rewind(EntryRange range) {
  std::uint64_t entries = file_->info.tables[tree_].entries;
  if (!streams_.empty()) entries = streams_[0].branch().entries;
  if (range.begin > range.end || range.end > entries) {
    throw core::Error(core::ErrorCode::usage, "the entries [" + std::to_string(range.begin) + ", " +
                                                  std::to_string(range.end) + ") are not within its " +
                                                  std::to_string(entries))
        .in("tree '" + core::escaped(file_->trees[tree_].path) + "'")
        .file(file_->info.path.native());
  }
  range_ = range;
  entry_ = range.begin;
  handed_out_ = 0;
  located_ = false;
}

/// Brings every lane to the first entry of the range, which may lie within a basket of any branch.
void Reader::locate() {
  located_ = true;
  std::uint64_t first = entry_;  // the counters are needed from the first basket of what they count
  for (const Group& group : groups_) {
    for (const LaneRef ref : group.counted) {
      const BranchStream& stream = streams_[ref.stream];
      const std::size_t basket = stream.basket_of(entry_);
      if (basket < stream.branch().baskets.size()) {
        first = std::min(first, stream.branch().baskets[basket].first_entry);
      }
    }
  }
  std::vector<bool> counts(streams_.size());
  for (const Group& group : groups_) {
    if (!group.counted.empty()) counts[group.counter.stream] = true;
  }
  std::vector<Record> plan;
  for (std::size_t i = 0; i < streams_.size(); ++i) {
    streams_[i].start(counts[i] ? first : entry_, range_.end, tools_.options.cluster_entries, plan);
  }
  tools_.records.plan(std::move(plan));
  if (range_.begin == range_.end) return;
  skip_to_begin(first);
  warm_up(first);
}

/// Fixed and self-counted columns need nobody's help; counters are brought to `first`.
void Reader::skip_to_begin(std::uint64_t first) {
  for (std::size_t s = 0; s < streams_.size(); ++s) {
    BranchStream& stream = streams_[s];
    for (std::size_t i = 0; i < stream.lanes(); ++i) {
      ColumnLane& one = stream.lane(i);
      if (one.column->layout == Layout::counted) continue;
      const bool counts = std::ranges::any_of(groups_, [&](const Group& group) {
        return group.counter == LaneRef{s, i} && !group.counted.empty();
      });
      const std::uint64_t goal = counts ? first : entry_;
      const std::uint64_t skip = goal - std::min(goal, stream.entry_begin());
      if (skip == 0) continue;
      stream.fill(goal, goal, tools_);
      if (!one.self_counted()) {
        one.take(skip, skip);
        continue;
      }
      std::uint64_t items = 0;
      const auto* numbers = reinterpret_cast<const std::uint32_t*>(one.counts.data());
      for (std::uint64_t e = 0; e < skip; ++e) items += numbers[e];
      one.take(items, skip);
    }
  }
}

/// Sums the counters from `first` on, so that counted columns know how many items of their first basket to skip.
void Reader::warm_up(std::uint64_t first) {
  constexpr std::uint64_t step = 65536;
  for (Group& group : groups_) {
    if (group.counted.empty()) continue;
    std::vector<std::uint64_t> skips(group.counted.size());
    for (std::uint64_t entry = first; entry < entry_; entry += step) {
      const std::uint64_t entries = std::min(step, entry_ - entry);
      streams_[group.counter.stream].fill(entry + entries, entry + entries, tools_);
      count(group, entry, entries);
      for (std::size_t i = 0; i < skips.size(); ++i) {
        const std::uint64_t begin = std::max(entry, streams_[group.counted[i].stream].entry_begin());
        if (begin < entry + entries) skips[i] += group.offsets[entries] - group.offsets[begin - entry];
      }
      lane(group.counter).take(entries, entries);
    }
    for (std::size_t i = 0; i < skips.size(); ++i) {
      BranchStream& stream = streams_[group.counted[i].stream];
      stream.fill(entry_ + 1, entry_ + 1, tools_);
      ColumnLane& one = lane(group.counted[i]);
      if (skips[i] > one.available_items()) {
        throw core::Error(core::ErrorCode::damaged, "it has fewer items than '" + name_of(group.counter) + "' counts")
            .in("branch '" + core::escaped(name_of(group.counted[i])) + "', basket " +
                std::to_string(stream.basket_of(entry_)));
      }
      one.take(skips[i], 0);
    }
  }
}

bool Reader::next(event::Columns& out) {
  bool any = false;
  explain([&] {
    if (!located_) locate();
    release();
    out.columns.clear();
    out.first_entry = entry_;
    out.entries = 0;
    if (entry_ == range_.end) {
      file_->file.input().check_unchanged();
      return;
    }
    std::uint64_t end =
        std::min<std::uint64_t>(range_.end, entry_ + std::max<std::size_t>(1, tools_.options.cluster_entries));
    decompress_together(end);
    for (BranchStream& stream : streams_) {
      stream.fill(end, entry_ + 1, tools_);
      end = std::min(end, stream.entry_end());
    }
    const auto entries = static_cast<std::size_t>(end - entry_);
    for (Group& group : groups_) {
      count(group, entry_, entries);
      for (const LaneRef ref : group.counted) {
        check_borders(group, ref, entry_, entries);
        check_offsets(group, ref, entry_, entries);
      }
    }
    for (const Output& output : outputs_) out.columns.push_back(view(output, entries));
    out.entries = handed_out_ = entries;
    entry_ = end;
    any = true;
  });
  return any;
}

/// Several ZLIB baskets cost less together: when one is needed, those that will be soon come along.
void Reader::decompress_together(std::uint64_t end) {
  constexpr std::uint64_t soon = 1024;
  if (std::ranges::none_of(streams_, [&](const BranchStream& stream) { return stream.needs(end); })) return;
  prefixes_.clear();
  asking_.clear();
  for (BranchStream& stream : streams_) {
    const auto prefix = stream.prefix(std::min(range_.end, end + soon), tools_);
    if (!prefix) continue;
    prefixes_.push_back(*prefix);
    asking_.push_back(&stream);
  }
  tools_.decompressor.prefixes(prefixes_);
  for (std::size_t i = 0; i < asking_.size(); ++i) asking_[i]->take_prefix(prefixes_[i], tools_);
}

/// Takes the last cluster from the lanes.
void Reader::release() {
  if (handed_out_ == 0) return;
  for (Group& group : groups_) {
    const std::uint32_t items = group.offsets[handed_out_];
    for (const LaneRef ref : group.counted) lane(ref).take(items, 0);
    if (lane(group.counter).self_counted()) lane(group.counter).take(items, handed_out_);
  }
  for (BranchStream& stream : streams_) {
    for (std::size_t i = 0; i < stream.lanes(); ++i) {
      ColumnLane& one = stream.lane(i);
      if (one.column->has_one_item()) one.take(handed_out_, 0);
    }
  }
  handed_out_ = 0;
}

void Reader::count(Group& group, std::uint64_t entry, std::size_t entries) {
  ColumnLane& counter = lane(group.counter);
  const bool own = counter.self_counted();
  group.offsets.resize_discard(entries + 1);
  const event::Type type = own ? event::Type::uint32 : counter.column->type;
  const std::byte* counts = own ? counter.counts.data() : counter.values.data();
  if (!prefix_sums(type, counts, entries, group.offsets.data())) {
    throw core::Error(core::ErrorCode::damaged, "it counts a negative or absurd number of items in the entries [" +
                                                    std::to_string(entry) + ", " + std::to_string(entry + entries) +
                                                    ")")
        .in("branch '" + core::escaped(name_of(group.counter)) + "'")
        .remedy("The file is corrupted: copy it again from its source");
  }
}

void Reader::check_borders(const Group& group, LaneRef ref, std::uint64_t entry, std::size_t entries) {
  ColumnLane& one = lane(ref);
  const auto fail = [&](std::size_t basket, std::uint64_t has, std::uint64_t counted) {
    throw core::Error(core::ErrorCode::damaged, "it holds " + std::to_string(has) + " items where '" +
                                                    core::escaped(name_of(group.counter)) + "' counts " +
                                                    std::to_string(counted))
        .in("branch '" + core::escaped(name_of(ref)) + "', basket " + std::to_string(basket))
        .offset(streams_[ref.stream].branch().baskets[basket].seek)
        .remedy("The file is corrupted: copy it again from its source");
  };
  while (!one.borders.empty() && one.borders.front().entry <= entry + entries) {
    const ColumnLane::Border border = one.borders.front();
    one.borders.pop_front();
    const std::uint64_t counted = one.taken_items + (border.entry > entry ? group.offsets[border.entry - entry] : 0);
    if (counted != border.items) fail(border.basket, border.items, counted);
  }
  if (group.offsets[entries] > one.available_items()) {
    fail(one.borders.empty() ? streams_[ref.stream].basket_of(entry + entries - 1) : one.borders.front().basket,
         one.decoded_items, one.taken_items + group.offsets[entries]);
  }
}

void Reader::check_offsets(const Group& group, LaneRef ref, std::uint64_t entry, std::size_t entries) {
  ColumnLane& one = lane(ref);
  if (offset_scratch_.size() < entries) offset_scratch_.resize(entries);
  const std::span offsets(group.offsets.data(), entries + 1);
  for (OffsetCheck& check : one.checks) {
    if (check.first() >= entry + entries) break;
    check.cover(entry, offsets, one.taken_items, offset_scratch_);
  }
  while (!one.checks.empty() && one.checks.front().end() <= entry + entries) {
    const OffsetCheck check = one.checks.front();
    one.checks.pop_front();
    if (!check.fits()) streams_[ref.stream].verify_whole(check.basket(), tools_);
  }
}

event::ColumnView Reader::view(const Output& output, std::size_t entries) {
  const ColumnLane& one = lane(output.lane);
  event::ColumnView view;
  view.type = one.column->type;
  view.inner = one.column->inner;
  view.data = one.values.data();
  view.jagged = output.group != none;
  std::size_t items = entries;
  if (view.jagged) {
    const auto& offsets = groups_[output.group].offsets;
    view.offsets = offsets.span();
    items = offsets[entries];
  }
  view.values = items * view.inner;
  return view;
}

}  // namespace trigloop::io::root
