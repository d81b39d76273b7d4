#pragma once
// Where the inputs of a stream appear and vanish: a folder that is listed now and then, and tells news in between.
//
// News are hints that make things quick; the listing is what counts. So a file system without inotify, a full queue, a
// folder that goes and comes back cost time, never an input.
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "scout/follow/clock.hpp"

namespace trigloop::scout {

/// An input as the file system shows it, unopened.
struct Sighting {
  std::string name;         ///< path below the folder
  bool store = false;       ///< a folder (Zarr); then the rest is that of its attributes, which are written last
  std::uint64_t bytes = 0;  ///< of a file; of the attributes of a store
  std::int64_t modified_ns = 0;
  std::uint64_t device = 0, inode = 0;

  /// The same content under whatever name, as far as can be told from outside.
  bool same_content(const Sighting& other) const noexcept {
    return store == other.store && bytes == other.bytes && modified_ns == other.modified_ns && device == other.device &&
           inode == other.inode;
  }
};

/// The input of that name below `folder`, as it is now: a file or a store. None, if there is no such thing.
std::optional<Sighting> sight(const std::filesystem::path& folder, const std::string& name);

struct Change {
  enum class Kind : std::uint8_t {
    written,  ///< somebody made or changed it, and has it open still
    closed,   ///< a writer closed it, or it was moved to this name
    gone,
  };
  Kind kind = Kind::written;
  std::string name;
};

struct News {
  std::vector<Change> changes;
  bool lost = false;  ///< some changes were not told: list the folder
};

class Watch {
 public:
  virtual ~Watch() = default;
  virtual const std::filesystem::path& folder() const noexcept = 0;
  /// All inputs; none, if the folder is not there.
  virtual std::optional<std::vector<Sighting>> list() = 0;
  /// One of them; none, if it is not there.
  virtual std::optional<Sighting> look(const std::string& name) = 0;
  /// Removes one, files of a store and all. Error: output.
  virtual void remove(const std::string& name) = 0;
  /// What happened since the last call; waits for something to happen, but no longer than `longest`, nor past a signal.
  virtual News wait(Duration longest) = 0;
};

/// Whether `name` fits one of the patterns ("*.root", "*/*/*.root"): of as many levels as the name, with *, ? and [] of
/// the shell, none of which matches a '/' or a leading dot.
bool fits(const std::string& name, const std::vector<std::string>& patterns);

/// Watches a folder by inotify, as far as the file system has it, and only to the depth that the patterns reach.
class FolderWatch final : public Watch {
 public:
  explicit FolderWatch(std::filesystem::path folder, std::vector<std::string> patterns = {"*"});
  ~FolderWatch() override;

  const std::filesystem::path& folder() const noexcept override { return folder_; }
  std::optional<std::vector<Sighting>> list() override;
  std::optional<Sighting> look(const std::string& name) override;
  void remove(const std::string& name) override;
  News wait(Duration longest) override;

 private:
  class Notifier;
  std::filesystem::path folder_;
  std::vector<std::string> patterns_;
  std::size_t depth_ = 1;
  std::unique_ptr<Notifier> notifier_;
};

}  // namespace trigloop::scout
