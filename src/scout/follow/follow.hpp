#pragma once
// Scouting a stream: files appear and vanish in a folder, and their lumisections are committed as they become complete.
//
// One thread follows: it hears news, judges what is whole, commits what is due, writes the status. Readers take inputs,
// examine them (each pass on its share of the cores) and enter them in the ledger. One mutex guards ledger and inbox;
// it is not held while an input is read. All state that matters is the ledger's: whoever dies is replaced by a restart.
//
// Trouble of an input never stops the stream: damaged ones go to quarantine, unreadable ones are tried again. Trouble
// of the machine (disk full, no handles left) pauses it, and it goes on by itself.
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "scout/follow/clock.hpp"
#include "scout/follow/completion.hpp"
#include "scout/follow/inbox.hpp"
#include "scout/follow/pause.hpp"
#include "scout/follow/quarantine.hpp"
#include "scout/follow/status.hpp"
#include "scout/follow/watch.hpp"
#include "scout/ledger/books.hpp"
#include "scout/run/intake.hpp"

namespace trigloop::scout {

struct FollowOptions {
  InboxOptions inbox;
  CompletionRule completion;
  bool consume = false;  ///< remove an input after its commit
  bool move_to_quarantine = false;
  unsigned readers = 1;  ///< inputs that are read at a time; 0: none but the following thread, for tests
  Duration rescan = std::chrono::seconds(30);
  Duration status_every = std::chrono::seconds(5);
  std::vector<std::pair<std::string, std::filesystem::path>> stores;  ///< further ones whose sizes the status tells
};

/// The outer world, which tests replace.
struct World {
  Watch& watch;
  const Clock& clock;
  Judge judge;
  Identify identify;
  Examine examine;
  std::function<bool()> stop;                   ///< asked now and then, from any thread
  std::function<void(const std::string&)> say;  ///< a line for people
};

class Follow {
 public:
  Follow(Books& books, World world, FollowOptions options);
  ~Follow();
  Follow(const Follow&) = delete;
  Follow& operator=(const Follow&) = delete;

  /// Follows until `stop`; then commits what is complete. Errors: output, if at the end something complete could not be
  /// written; internal.
  void run();

  /// The status as it is now. Thread-safe.
  Status status();

 private:
  using Lock = std::unique_lock<std::mutex>;
  /// An input that is in the ledger, but not all committed.
  struct Pending {
    Sighting seen;
    InputId input;
    std::vector<event::LumiKey> lumisections;
    bool whole = true;  ///< when these are committed, the input is done
  };

  /// A lumisection of which something is not committed.
  struct Opened {
    Duration last_piece{};
    bool fresh = true;  ///< something came since it was looked at
  };

  // the following thread
  void turn();
  void hear(Duration longest);
  void rescan();
  void work();
  Duration until_next();

  // inputs
  void look();
  bool read_next(Lock& lock);
  void read(Lock& lock, const Sighting& seen);
  void enter(const Sighting& seen, const InputId& input, Taken&& taken);
  void after_error(const Sighting& seen, const std::string& id, const core::Error& why);
  void set_damaged(const std::string& name, const std::string& id, const core::Error& why);
  void settle_quarantine();
  void read_all();  ///< a reader's life

  // lumisections
  void commit_due(bool ending);
  void commit(event::LumiKey lumi, const Decision& decision);
  void finish_pending();
  void finish(const Pending& pending);

  bool failure_seen();
  void pause(const core::Error& why);
  void trouble(const std::string& line);
  Status compose();
  void write_status(const std::string& state);

  Duration now() const { return world_.clock.monotonic(); }
  std::int64_t wall_seconds() const;

  Books& books_;
  World world_;
  const FollowOptions options_;
  Quarantine quarantine_;
  std::int64_t started_ = 0;
  Duration began_{};
  Duration next_rescan_{}, next_status_{};  ///< of the following thread

  std::mutex mutex_;  ///< guards the ledger and all below
  std::condition_variable ready_;
  bool ending_ = false;
  std::exception_ptr failure_;  ///< of a reader
  Inbox inbox_;
  Pause pause_;
  Meter meter_;
  std::vector<Pending> pending_;
  std::map<event::LumiKey, Opened> opened_;
  std::set<event::LumiKey> incomplete_;
  std::optional<event::LumiKey> latest_;
  std::set<std::string> quarantined_;  ///< names that have, or had, a record
  bool folder_present_ = true;
  std::uint64_t inputs_read_ = 0, lumisections_read_ = 0, losses_told_ = 0;
  std::vector<StoreStatus> stores_;   ///< output and taps
  std::deque<std::string> troubles_;  ///< the latest few
};

}  // namespace trigloop::scout
