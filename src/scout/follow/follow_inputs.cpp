// Follow: its inputs, from judgement to the ledger. All is called with the mutex held.
#include <new>

#include "scout/follow/follow.hpp"

namespace trigloop::scout {
namespace {

namespace fs = std::filesystem;
using core::Error;

constexpr std::size_t looks_at_a_time = 16;  ///< the readers wait for the mutex meanwhile

}  // namespace

void Follow::look() {
  const auto start = now();
  for (const Inbox::Damaged& damaged : inbox_.look(start, looks_at_a_time)) set_damaged(damaged.name, {}, damaged.why);
}

bool Follow::read_next(Lock& lock) {
  const auto name = inbox_.next();
  if (name) read(lock, Sighting(inbox_.find(*name)->seen));
  return name.has_value();
}

void Follow::read(Lock& lock, const Sighting& seen) {
  const fs::path path = world_.watch.folder() / seen.name;
  InputId input;
  Taken taken;
  std::optional<Error> error;
  lock.unlock();
  try {
    input = world_.identify(path);
    taken = take_in(books_, mutex_, path, input, {world_.examine, world_.identify, Entering::at_the_end, {}});
  } catch (Error& e) {
    error = e.file(path.native());
  } catch (const std::bad_alloc&) {
    error = Error(core::ErrorCode::output, "out of memory").file(path.native());
  }
  lock.lock();
  if (error) return after_error(seen, input.hash, *error);
  inbox_.set_read(seen.name);
  if (quarantined_.erase(seen.name) > 0) quarantine_.resolve(seen.name);
  if (taken.done_before) return finish({seen, input, {}, false});
  enter(seen, input, std::move(taken));
}

void Follow::enter(const Sighting& seen, const InputId& input, Taken&& taken) {
  ++inputs_read_;
  lumisections_read_ += taken.lumisections.size();
  meter_.add(Stage::pass, {1, taken.rows, input.bytes, taken.seconds});
  meter_.add(Stage::book, {1, taken.rows, 0, taken.book_seconds});
  for (const event::LumiKey lumi : taken.lumisections) {
    opened_[lumi] = {now(), true};
    if (!latest_ || *latest_ < lumi) latest_ = lumi;
  }
  if (taken.contradictions > 0) {
    trouble(seen.name + ": contradicts in " + std::to_string(taken.contradictions) +
            " orbits what other inputs brought; what came first stays");
    world_.say(troubles_.back());
  }
  pending_.push_back({seen, input, std::move(taken.lumisections), taken.whole});
  commit_due(false);
}

void Follow::after_error(const Sighting& seen, const std::string& id, const Error& why) {
  const std::string& name = seen.name;
  const auto current = world_.watch.look(name);
  // A record that cannot be read is no fault of the input.
  const bool of_output = why.file_name().starts_with(books_.folder().native() + "/");
  switch (of_output ? Trouble::machine : trouble_of(why)) {
    case Trouble::interrupted:
      return inbox_.put_back(name);
    case Trouble::machine:
      inbox_.put_back(name);
      throw Error(core::ErrorCode::output, why.what());
    case Trouble::reading:
      if (!current) break;
      inbox_.set_aside(name, why.what(), now());
      return trouble(why.what());
    case Trouble::content:
      if (current && current->same_content(seen)) return set_damaged(name, id, why);
      break;
    case Trouble::gone:
      break;
  }
  // It changed or went while it was read: no fault of its content.
  inbox_.put_back(name);
  inbox_.notice({current ? Change::Kind::written : Change::Kind::gone, name}, current, now());
}

void Follow::set_damaged(const std::string& name, const std::string& id, const Error& why) {
  const Inbox::Entry* entry = inbox_.find(name);
  if (entry == nullptr) return;
  try {
    quarantine_.add(quarantine_record(world_.watch.folder(), entry->seen, id, why, wall_seconds()),
                    options_.move_to_quarantine);
  } catch (const Error&) {
    inbox_.put_back(name);
    throw;
  }
  inbox_.quarantine(name, why.what());
  quarantined_.insert(name);
  trouble(why.what());
  world_.say(std::string("quarantined: ") + why.what());
}

/// Records from before a restart hold; records that somebody removed do not.
void Follow::settle_quarantine() {
  for (const std::string& name : quarantined_) {
    const Inbox::Entry* entry = inbox_.find(name);
    if (entry == nullptr) continue;
    const bool held = quarantine_.holds(entry->seen);
    if (entry->state == InputState::quarantined && !held) inbox_.release(name, now());
    if (held && (entry->state == InputState::growing || entry->state == InputState::ready))
      inbox_.quarantine(name, "is in quarantine since an earlier run");
  }
}

}  // namespace trigloop::scout
