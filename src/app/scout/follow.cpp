// trigloop scout run --follow: a stream of files that appear and vanish.
#include <charconv>
#include <iostream>

#include "app/scout/commands.hpp"
#include "core/interrupt.hpp"

namespace trigloop::app {
namespace {

using core::Error;
using core::ErrorCode;

scout::Order order_of(const std::string& name) {
  if (name == "newest") return scout::Order::newest;
  return name == "name" ? scout::Order::name : scout::Order::expiry;
}

scout::FollowOptions options_of(const FollowCommand& command) {
  scout::FollowOptions options;
  options.inbox.order = order_of(command.order);
  options.inbox.retention = parse_duration(command.retention);
  options.inbox.settle = parse_duration(command.settle);
  options.completion.pieces = command.pieces;
  options.completion.wait = parse_duration(command.wait);
  options.rescan = parse_duration(command.rescan);
  options.readers = command.streams;
  options.consume = command.consume;
  options.move_to_quarantine = command.move_damaged;
  return options;
}

}  // namespace

scout::Duration parse_duration(const std::string& text) {
  struct Unit {
    const char* name;
    std::int64_t seconds;
  };
  constexpr Unit units[] = {{"s", 1}, {"min", 60}, {"h", 3600}, {"d", 86400}};
  std::int64_t number = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failed == std::errc() && number >= 0 && number < 100'000) {
    for (const Unit& unit : units) {
      if (end == text.data() + text.size() - std::char_traits<char>::length(unit.name) && text.ends_with(unit.name) &&
          text.find_first_not_of("0123456789") == static_cast<std::size_t>(end - text.data()))
        return std::chrono::seconds(number * unit.seconds);
    }
  }
  throw Error(ErrorCode::usage, "'" + text + "' is no duration").remedy("Give a number and s, min, h or d, as in 24h");
}

void add_follow_options(CLI::App& run, FollowCommand& command) {
  const std::string group = "Following a stream";
  const auto option = [&](const char* name, auto& value, const char* about) {
    return run.add_option(name, value, about)->group(group);
  };
  option("--follow", command.folder, "Folder in which files appear and vanish; runs until it is stopped");
  option("--pattern", command.patterns, "Which of its files: '*.root', or '*/*/*.root' for files in folders")
      ->capture_default_str();
  option("--order", command.order, "Which file comes first: expiry, newest or name")
      ->check(CLI::IsMember({"expiry", "newest", "name"}))
      ->capture_default_str();
  option("--retention", command.retention, "How long files live in the folder")->capture_default_str();
  option("--settle", command.settle, "A file that is not whole, and that nobody changed for so long, is damaged")
      ->capture_default_str();
  option("--pieces", command.pieces, "Files that make a lumisection (default: until the orbits they state are in)");
  option("--wait", command.wait, "How long a missing piece is waited for")->capture_default_str();
  option("--rescan", command.rescan, "Pause between listings of the folder; news between them come by inotify")
      ->capture_default_str();
  run.add_flag("--move-damaged", command.move_damaged, "Move damaged files to quarantine/ instead of leaving them")
      ->group(group);
}

void follow(const FollowCommand& command, scout::Books& books, const event::Layout& layout, scout::Examine examine) {
  const scout::FollowOptions options = options_of(command);
  scout::FolderWatch watch(command.folder, command.patterns);
  const scout::SystemClock clock;
  const auto say = [](const std::string& line) { std::cerr << "trigloop: " + line + "\n"; };
  const auto judge = [&layout](const auto& path) { return scout::judge(path, &layout); };
  scout::Follow following(books, {watch, clock, judge, scout::identify, std::move(examine), core::interrupted, say},
                          options);
  if (!command.quiet)
    say("following " + command.folder + "; `trigloop scout status " + books.folder().native() + "` shows how it goes");
  following.run();
  if (!command.quiet) say("stopped; " + std::to_string(books.committed().size()) + " lumisections are committed");
}

}  // namespace trigloop::app
