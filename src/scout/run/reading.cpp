#include "scout/run/reading.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <mutex>
#include <set>
#include <shared_mutex>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "io/any/any.hpp"
#include "io/choice.hpp"
#include "scout/pass/sections.hpp"

namespace trigloop::scout {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t memory_of_stream = 48u << 20, least_read_ahead = 2u << 20, most_read_ahead = 64u << 20;

/// What the stream's description chooses of an input.
std::shared_ptr<io::Source> open(const Examiner& examiner, const ReadingOptions& options, const fs::path& path) {
  std::shared_ptr<io::Source> source = options.open ? options.open(path) : io::open(path);
  const event::CrossingChoice& choice = examiner.identity.stream.choice;
  if (choice.is_all()) return source;
  const event::Layout& layout = examiner.layout;
  return io::choose(source, {layout.table, layout.key.orbit, layout.key.crossing, choice});
}

PassOptions pass_options(const ReadingOptions& options, const PassRequest& request) {
  PassOptions pass;
  pass.threads = options.threads;
  pass.memory = options.memory;
  pass.read_ahead = options.read_ahead;
  pass.wanted = options.wanted;
  pass.exclusions = request.exclusions;
  pass.deliver = request.deliver;
  if (request.only.empty()) {
    pass.progress = options.progress;
  } else {  // some of those that were wanted at first
    pass.wanted = [&request](event::LumiKey lumi) { return std::ranges::binary_search(request.only, lumi); };
  }
  return pass;
}

/// Passes run side by side, or one alone with the memory of all.
class Room {
 public:
  explicit Room(std::uint64_t whole) : whole_(whole) {}

  PassResult examine(const Examiner& examiner, const io::Source& source, const InputId& input, PassOptions pass) {
    try {
      const std::shared_lock beside_others(alone_);
      return scout::examine(examiner, source, input, pass);
    } catch (const core::Error& e) {
      if (e.code() != core::ErrorCode::limit || pass.memory >= whole_) throw;
    }
    const std::unique_lock alone(alone_);
    pass.memory = whole_;
    return scout::examine(examiner, source, input, pass);
  }

 private:
  std::uint64_t whole_;
  std::shared_mutex alone_;
};

/// Examines an input in as many passes as its lumisections have examiners; nearly always that is one.
PassResult examine_by(const ReadingOptions& options, Room& room, const event::Layout& layout, const io::Source& source,
                      const InputId& input, const PassOptions& pass) {
  std::map<std::shared_ptr<const Examiner>, std::set<event::LumiKey>> groups;
  PassResult all;
  for (const auto& [lumi, section] : find_sections(layout, source, pass.threads)) {
    if (pass.wanted && !pass.wanted(lumi)) {
      ++all.unwanted;
    } else {
      groups[options.examiner_at(lumi)].insert(lumi);
    }
  }
  for (const auto& [examiner, lumisections] : groups) {
    PassOptions own = pass;
    own.wanted = [&](event::LumiKey lumi) { return lumisections.contains(lumi); };
    PassResult result = room.examine(*examiner, source, input, std::move(own));
    std::ranges::move(result.deliveries, std::back_inserter(all.deliveries));
    all.rows += result.rows;
    all.seconds += result.seconds;
  }
  return all;
}

}  // namespace

Examine examine_with(const Examiner& examiner, ReadingOptions options) {
  auto room = std::make_shared<Room>(options.whole_memory);
  return [&examiner, options = std::move(options), room](const fs::path& path, const InputId& input,
                                                         const PassRequest& request) {
    const std::shared_ptr<io::Source> source = open(examiner, options, path);
    PassOptions pass = pass_options(options, request);
    // Taps see an input once, whole; they must not outlive it.
    std::shared_ptr<TapSet> taps;
    if (options.make_taps && request.only.empty()) taps = options.make_taps(*source, input);
    if (taps) pass.taps = taps->taps();
    Reading reading{options.examiner_at ? examine_by(options, *room, examiner.layout, *source, input, pass)
                                        : room->examine(examiner, *source, input, pass),
                    {}};
    if (taps) reading.keep = [source, taps] { taps->commit(); };
    return reading;
  };
}

std::set<event::LumiKey> lumisections_of(const Examiner& examiner, const ReadingOptions& options,
                                         const fs::path& path) {
  std::set<event::LumiKey> lumisections;
  for (const auto& [lumi, section] : find_sections(examiner.layout, *open(examiner, options, path), options.threads)) {
    if (!options.wanted || options.wanted(lumi)) lumisections.insert(lumi);
  }
  return lumisections;
}

unsigned streams_within(std::uint64_t memory, unsigned streams) noexcept {
  constexpr std::uint64_t program = 64u << 20;
  const std::uint64_t fit = memory > program ? (memory - program) / memory_of_stream : 0;
  return static_cast<unsigned>(std::clamp<std::uint64_t>(fit, 1, std::max(1u, streams)));
}

ReadingOptions share_of_stream(ReadingOptions whole, unsigned streams) {
  const unsigned threads = whole.threads > 0 ? whole.threads : core::available_cores();
  whole.threads = std::max(1u, threads / streams);
  whole.whole_memory = whole.memory;
  whole.memory /= streams;
  // Storage is never to wait for a core: what the memory holds is read ahead.
  const std::uint64_t spare = whole.memory > memory_of_stream ? whole.memory - memory_of_stream : 0;
  whole.read_ahead = streams > 1 ? std::clamp(spare, least_read_ahead, most_read_ahead) : 0;
  return whole;
}

}  // namespace trigloop::scout
