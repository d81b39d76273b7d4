#include "scout/follow/follow.hpp"

#include <algorithm>
#include <new>
#include <thread>

#include "core/error.hpp"

namespace trigloop::scout {
namespace {

namespace fs = std::filesystem;
using core::Error;
using core::ErrorCode;
using namespace std::chrono_literals;

constexpr Duration shortest_wait = 20ms, longest_wait = 500ms;

/// What comes so far is no trouble of an input: records cannot be written, or read.
bool may_pass(const Error& error) {
  const Trouble trouble = trouble_of(error);
  return trouble != Trouble::content && trouble != Trouble::interrupted;
}

}  // namespace

Follow::Follow(Books& books, World world, FollowOptions options)
    : books_(books),
      world_(std::move(world)),
      options_(std::move(options)),
      quarantine_(books.folder()),
      inbox_(world_.watch.folder(), options_.inbox, world_.judge) {
  started_ = wall_seconds();
  began_ = next_rescan_ = next_status_ = now();
  for (const QuarantineRecord& record : quarantine_.list()) quarantined_.insert(record.name);
  if (const auto committed = books_.committed(); !committed.empty()) latest_ = committed.back();
}

Follow::~Follow() = default;

std::int64_t Follow::wall_seconds() const {
  return std::chrono::duration_cast<std::chrono::seconds>(world_.clock.wall()).count();
}

void Follow::run() {
  std::vector<std::thread> readers;
  for (unsigned i = 0; i < options_.readers; ++i) readers.emplace_back([this] { read_all(); });
  const auto end_readers = [&] {
    {
      const Lock lock(mutex_);
      ending_ = true;
    }
    ready_.notify_all();
    for (std::thread& reader : readers) reader.join();
  };
  try {
    while (!world_.stop() && !failure_seen()) turn();
  } catch (...) {
    end_readers();
    throw;
  }
  end_readers();
  if (failure_) std::rethrow_exception(failure_);
  {
    const Lock lock(mutex_);
    commit_due(true);
  }
  write_status("stopped");
}

bool Follow::failure_seen() {
  const Lock lock(mutex_);
  return failure_ != nullptr;
}

void Follow::turn() {
  hear(until_next());
  if (now() >= next_rescan_) rescan();
  work();
  if (now() >= next_status_) write_status("running");
}

Duration Follow::until_next() {
  const Lock lock(mutex_);
  const Duration start = now();
  Duration next = std::min(next_rescan_, next_status_);
  if (pause_.active()) return std::clamp(std::min(next, pause_.due()) - start, shortest_wait, longest_wait);
  if (const auto due = inbox_.next_due()) next = std::min(next, *due);
  for (const auto& [lumi, opened] : opened_) {
    const Duration over = opened.last_piece + options_.completion.wait;
    if (over > start) next = std::min(next, over);
  }
  return std::clamp(next - start, shortest_wait, longest_wait);
}

void Follow::hear(Duration longest) {
  const News news = world_.watch.wait(longest);
  const Lock lock(mutex_);
  for (const Change& change : news.changes) inbox_.notice(change, world_.watch.look(change.name), now());
  if (news.lost) next_rescan_ = now();
}

void Follow::rescan() {
  const auto all = world_.watch.list();
  std::vector<StoreStatus> stores{measure_store("output", books_.folder())};
  for (const auto& [name, folder] : options_.stores) stores.push_back(measure_store(name, folder));
  next_rescan_ = now() + (all ? options_.rescan : std::min<Duration>(options_.rescan, 2s));
  const Lock lock(mutex_);
  stores_ = std::move(stores);
  if (folder_present_ != all.has_value())
    world_.say(world_.watch.folder().native() + (all ? ": is there again" : ": is not there; waiting for it"));
  folder_present_ = all.has_value();
  if (!all) return;
  inbox_.reconcile(*all, now());
  settle_quarantine();
  if (const std::uint64_t lost = inbox_.losses().inputs; lost > losses_told_) {
    world_.say(describe_losses(compose()));
    losses_told_ = lost;
  }
}

/// What needs the machine. While it is paused, this is tried as a whole: it goes on when nothing fails any more.
void Follow::work() {
  Lock lock(mutex_);
  const bool trial = pause_.active();
  if (trial && now() < pause_.due()) return;
  try {
    commit_due(false);
    look();
    if (trial || options_.readers == 0) read_next(lock);
  } catch (const Error& e) {
    if (!may_pass(e)) throw;
    return pause(e);
  }
  const Duration since = pause_.since();
  if (trial && pause_.work()) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now() - since).count();
    world_.say("goes on after " + std::to_string(seconds) + " s");
  }
  ready_.notify_all();
}

void Follow::pause(const Error& why) {
  if (pause_.fail(why.what(), now())) {
    trouble(why.what());
    world_.say(std::string("paused, and tried again by itself: ") + why.what());
  }
}

void Follow::trouble(const std::string& line) {
  constexpr std::size_t most = 8;
  troubles_.push_back(line);
  if (troubles_.size() > most) troubles_.pop_front();
}

void Follow::read_all() {
  Lock lock(mutex_);
  try {
    while (!ending_) {
      try {
        if (!pause_.active() && read_next(lock)) continue;
      } catch (const Error& e) {
        if (!may_pass(e)) throw;
        pause(e);
      }
      if (!ending_) ready_.wait(lock);
    }
  } catch (...) {
    if (!lock.owns_lock()) lock.lock();
    failure_ = std::current_exception();
  }
}

}  // namespace trigloop::scout
