#pragma once
// The inputs of a stream, from the first sight of a file to its end: which wait, which are whole, which comes next.
//
//     growing --whole--> ready --take--> working --> read --> done
//        |                                  |
//        +--closed, and still not whole-----+--> quarantined        (damaged: until it is replaced)
//                                           +--> aside              (could not be read this time: tried again)
//
// An input whose size, time or inode changes starts over, whatever it was: what is read twice is told apart by orbit in
// the ledger. One that vanishes before it was read is lost, and counted. Memory is bounded by the folder's listing.
//
// The inbox owns no thread and no clock: it is told what is seen and what time it is, so that a day of it can be tested
// in a second.
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "scout/follow/clock.hpp"
#include "scout/follow/watch.hpp"
#include "scout/follow/wholeness.hpp"

namespace trigloop::scout {

enum class Order : std::uint8_t {
  expiry,  ///< first what was written first, for it is deleted first
  newest,  ///< first what was written last: monitoring
  name,
};

struct InboxOptions {
  Order order = Order::expiry;
  Duration retention = std::chrono::hours(24);       ///< files live so long in the folder
  Duration settle = std::chrono::seconds(60);        ///< a file that nobody changed for so long is taken as closed
  Duration settle_closed = std::chrono::seconds(2);  ///< the same, after its writer was seen to close it
  Duration first_look = std::chrono::milliseconds(500), longest_look = std::chrono::seconds(30);  ///< at a growing one
  Duration first_retry = std::chrono::seconds(1), longest_retry = std::chrono::minutes(10);  ///< after a read error
};

enum class InputState : std::uint8_t { growing, ready, working, read, done, aside, quarantined };
inline constexpr std::size_t input_states = 7;

/// How many files vanished unread, and when.
struct Losses {
  std::uint64_t inputs = 0;
  std::uint64_t untold = 0;               ///< of these, inputs of which nobody knows what they held
  std::set<event::LumiKey> lumisections;  ///< of the others
  Duration first{}, last{};               ///< monotonic
};

/// What the backlog will lose at a given speed.
struct Outlook {
  std::uint64_t inputs = 0;
  Duration until{};  ///< the last of them expires in so long
};

class Inbox {
 public:
  struct Entry {
    Sighting seen;
    InputState state = InputState::growing;
    bool writing = false;     ///< a writer has it open, as far as is known
    bool closed = false;      ///< its writer was seen to close it
    bool missing = false;     ///< told to be gone; the next listing says if it only moved
    Duration changed{};       ///< monotonic: when its last change was noticed
    Duration due{};           ///< monotonic: when to look (growing) or to try again (aside)
    unsigned tries = 0;       ///< looks or tries since the last change
    std::uint64_t bytes = 0;  ///< once it is whole; and its lumisections, if it tells
    std::set<event::LumiKey> lumisections;
    std::string reason;  ///< of the last trouble, one line
  };
  struct Damaged {
    std::string name;
    core::Error why;
  };

  Inbox(std::filesystem::path folder, InboxOptions options, Judge judge)
      : folder_(std::move(folder)), options_(options), judge_(std::move(judge)) {}

  /// Takes a whole listing in: what is new, changed, moved or gone.
  void reconcile(const std::vector<Sighting>& all, Duration now);
  /// Takes one change in; `seen` is the input as it is now, if it is there.
  void notice(const Change& change, const std::optional<Sighting>& seen, Duration now);

  /// Looks at growing inputs whose time has come, `most` at a time: the whole ones become ready. Returns those that are
  /// damaged for good; they stay growing until `quarantine`. Errors: those of the machine (out of file handles).
  std::vector<Damaged> look(Duration now, std::size_t most = 64);
  /// When `look` or `next` has something to do again; none, if only news can tell.
  std::optional<Duration> next_due() const;

  /// The ready input whose turn it is; now working.
  std::optional<std::string> next();

  // What became of a working one. The entry may be gone meanwhile, or may have changed: then it starts over.
  void put_back(const std::string& name);  ///< ready again, nothing was done
  void set_read(const std::string& name);  ///< in the ledger, not all committed
  void set_done(const std::string& name);
  void set_aside(const std::string& name, const std::string& why, Duration now);
  void quarantine(const std::string& name, const std::string& why);
  /// Growing again: its quarantine was lifted.
  void release(const std::string& name, Duration now);
  void remove(const std::string& name) { entries_.erase(name); }

  const std::map<std::string, Entry>& entries() const noexcept { return entries_; }
  const Entry* find(const std::string& name) const;
  const Losses& losses() const noexcept { return losses_; }
  /// The ready ones that will expire before their turn at `inputs_per_second`. `wall` is the time of the clock on the
  /// wall, of which modification times are.
  Outlook outlook(double inputs_per_second, Duration wall) const;

 private:
  bool before(const Entry& a, const Entry& b) const;
  void see(const Sighting& sighting, Duration now);
  void start_over(Entry& entry, const Sighting& sighting, Duration now) const;
  void lose(const Entry& entry, Duration now);
  Entry* in_state(const std::string& name, InputState state);
  std::optional<core::Error> judge_one(Entry& entry, Duration now);

  std::filesystem::path folder_;
  InboxOptions options_;
  Judge judge_;
  std::map<std::string, Entry> entries_;  ///< by name
  Losses losses_;
};

}  // namespace trigloop::scout
