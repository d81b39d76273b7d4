#pragma once
// One thread of a pass: windows of columns in, counts of lumisections out.
#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "core/buffer.hpp"
#include "event/tiler.hpp"
#include "menu/evaluator.hpp"
#include "scout/pass/accumulator.hpp"
#include "scout/pass/bind.hpp"
#include "scout/pass/filter.hpp"
#include "scout/pass/sections.hpp"
#include "scout/pass/tap.hpp"

namespace trigloop::scout {

/// Where a worker's counts go: the Partial of a lumisection.
using PartialOf = std::function<Partial&(event::LumiKey)>;

struct WorkerOptions {
  unsigned number = 0;
  std::span<Tap* const> taps;
  const Filters* filters = nullptr;
  std::function<void(std::uint64_t events)> progress;
  io::ReadOptions read;
  /// Up to where decoded entries are to be examined; the rest is for others. All, if empty.
  std::function<std::uint64_t(io::EntryRange)> claim;
  /// Told of events of a wanted lumisection that were seen, once their counts are in its Partial. May be empty.
  std::function<void(event::LumiKey, std::uint64_t events)> seen;
  const Sections* sections = nullptr;  ///< for `seen`: at the end of one, what was counted is handed over
};

class Worker {
 public:
  /// All that is given must outlive the worker.
  Worker(const Examiner& examiner, const Binding& binding, const io::Source& source, WorkerOptions options,
         PartialOf partial_of);

  /// Examines entries, as far as they may be claimed; what was counted is in the Partials afterwards.
  void run(io::EntryRange range);

  std::uint64_t rows() const noexcept { return rows_; }

 private:
  /// Entries up to `end` of the window that are of one lumisection, and all examined or all not.
  struct Segment {
    std::size_t end = 0;
    event::LumiKey lumi;
    bool wanted = true, kept = true;
  };

  /// Events of a lumisection that nobody has been told of.
  struct Seen {
    std::uint64_t events = 0;
    std::uint64_t end = 0;  ///< behind the lumisection's last entry
  };

  bool claim_window();
  void examine_window();
  void cut_window();
  void cut(event::LumiKey lumi, std::size_t begin, std::size_t end);
  void see(event::LumiKey lumi, std::size_t begin, std::size_t end);
  void hand_over();
  void take(const event::Tile& tile, const Segment& segment);
  Accumulator& accumulator(event::LumiKey lumi);
  void drain(Accumulator& accumulator);

  const Examiner& examiner_;
  const Binding& binding_;
  WorkerOptions options_;
  PartialOf partial_of_;
  std::unique_ptr<io::ColumnReader> reader_;
  event::Tiler tiler_;
  std::unique_ptr<menu::Evaluator> menu_;
  std::unique_ptr<score::Stream> stream_;
  std::vector<std::unique_ptr<score::Stream>> shadow_streams_;
  event::Columns window_, tile_window_;
  menu::Fired fired_;
  core::AlignedBuffer<std::int32_t> codes_;
  std::vector<core::AlignedBuffer<std::int32_t>> shadow_codes_;
  std::vector<std::span<const std::int32_t>> shadow_spans_;  ///< of the tile at hand
  core::AlignedBuffer<std::uint64_t> hashes_;
  std::vector<Segment> segments_;
  std::vector<std::unique_ptr<Accumulator>> accumulators_;  ///< the one in use first
  std::map<event::LumiKey, Seen> seen_;
  std::uint64_t rows_ = 0;
};

}  // namespace trigloop::scout
