#include "curate/second_pass.hpp"

#include <algorithm>

#include "curate/stream.hpp"

namespace trigloop::curate {
namespace {

constexpr std::uint64_t kept_rows = 8192;  ///< of kept events that are written at a time

/// Kept events are one batch, whose rows are the range of a stretch without input.
std::vector<Stretch> stretches_of(std::size_t number, const Group& group) {
  if (group.kept == nullptr) return stretches_of(number, *group.input, group.range);
  std::vector<Stretch> stretches;
  for (std::uint64_t begin = 0; begin < group.kept->events; begin += kept_rows)
    stretches.push_back({number, nullptr, {begin, std::min<std::uint64_t>(begin + kept_rows, group.kept->events)}});
  return stretches;
}

/// Those of kept events and the others in turn.
std::vector<Stretch> in_turn(const std::vector<Group>& groups) {
  std::vector<Stretch> kept, read, all;
  for (std::size_t number = 0; number < groups.size(); ++number) {
    auto& side = groups[number].kept != nullptr ? kept : read;
    std::ranges::copy(stretches_of(number, groups[number]), std::back_inserter(side));
  }
  for (std::size_t i = 0; i < std::max(kept.size(), read.size()); ++i) {
    if (i < kept.size()) all.push_back(kept[i]);
    if (i < read.size()) all.push_back(read[i]);
  }
  return all;
}

}  // namespace

void write_groups(io::hdf5::Writer& writer, std::vector<Group>& groups, const Settings& settings, const Scaler& scaler,
                  unsigned threads, const Advance& advance) {
  const std::vector<Stretch> stretches = in_turn(groups);
  std::vector<std::vector<Cuts>> cuts(groups.size());  // [group][worker]
  std::vector<std::size_t> left(groups.size(), 0);     // stretches of each group
  for (const Stretch& stretch : stretches) ++left[stretch.part];
  for (std::size_t i = 0; i < groups.size(); ++i)
    cuts[i] = std::vector<Cuts>(threads + 1, {settings, groups[i].input->sides()});

  const auto make = [&](unsigned worker, const Stretch& stretch, Piece& piece) {
    const Group& group = groups[stretch.part];
    const std::uint64_t done = piece.batch.first_entry - group.range.begin;
    piece.batch.events = std::min<std::uint64_t>(piece.batch.events, done < group.most ? group.most - done : 0);
    piece.counts = cuts[stretch.part][worker].apply(piece.batch);
  };
  const auto take = [&](const Stretch& stretch, Piece& piece) {
    Group& group = groups[stretch.part];
    if (group.kept != nullptr) {
      append(writer, group.table, group.input->sides(), *group.kept, stretch.range, scaler);
    } else {
      append(writer, group.table, group.input->sides(), piece.batch, {0, piece.batch.events}, scaler);
      group.part.counts += piece.counts;
      group.content += piece.batch.content;
      if (advance) advance(piece.counts.read);
    }
    if (--left[stretch.part] == 0) writer.finish(group.table);
  };
  stream(stretches, threads, make, take);
}

}  // namespace trigloop::curate
