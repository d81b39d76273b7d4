#pragma once
// What a power failure may take: written bytes and names that no fsync has made durable.
#include <string>
#include <vector>

namespace trigloop::faults {

/// All calls come from one thread at a time.
class Unsynced {
 public:
  explicit Unsynced(std::string saved) : saved_(std::move(saved)) {}

  /// Before bytes change: what is there now is what the disk has, if nothing was written since the last sync.
  void will_write(const std::string& path);
  void synced(const std::string& path);  ///< a file, or a folder with its names
  void made(const std::string& path);    ///< a file or a folder
  /// Before a name is taken away or given to another file.
  void will_remove(const std::string& path);
  void will_rename(const std::string& from, const std::string& to);
  void renamed(const std::string& from, const std::string& to);

  /// Unsynced bytes are gone: such files are as the last sync left them.
  void lose_data();
  /// Unsynced names are as they were.
  void lose_names();

 private:
  struct Change {
    enum Kind : unsigned char { made, removed, renamed } kind;
    std::string path, to, saved;  ///< saved: a second name of the file that stood at `path` (removed) or `to` (renamed)
  };
  struct Written {
    std::string path, saved;  ///< saved: a copy of what was synced; "": nothing was
  };
  std::string next_name();
  std::string save(const std::string& path);
  static void undo(const Change& change);

  std::string saved_;
  int number_ = 0;
  std::vector<Written> written_;
  std::vector<Change> changes_;
};

}  // namespace trigloop::faults
