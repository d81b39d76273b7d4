#include "scout/follow/inbox.hpp"

#include <algorithm>
#include <tuple>

namespace trigloop::scout {
namespace {

/// A writer that has the file open is given so many times the patience of one that is only silent.
constexpr int patience_with_writers = 10;

bool unread(InputState state) {
  return state == InputState::growing || state == InputState::ready || state == InputState::aside;
}

bool to_be_looked_at(const Inbox::Entry& entry) {
  return !entry.missing && (entry.state == InputState::growing || entry.state == InputState::aside);
}

using Place = std::pair<std::uint64_t, std::uint64_t>;  ///< device, inode
Place place_of(const Sighting& seen) { return {seen.device, seen.inode}; }

}  // namespace

bool Inbox::before(const Entry& a, const Entry& b) const {
  const auto& [first, second] = options_.order == Order::newest ? std::tie(b, a) : std::tie(a, b);
  if (options_.order != Order::name && first.seen.modified_ns != second.seen.modified_ns)
    return first.seen.modified_ns < second.seen.modified_ns;
  return a.seen.name < b.seen.name;
}

void Inbox::start_over(Entry& entry, const Sighting& sighting, Duration now) const {
  // One that grows all the time is still looked at only now and then.
  const Duration due = entry.state == InputState::growing ? std::max(entry.due, now) : now;
  const bool writing = entry.writing;
  entry = Entry{};
  entry.seen = sighting;
  entry.writing = writing;
  entry.changed = now;
  entry.due = due;
}

void Inbox::see(const Sighting& sighting, Duration now) {
  const auto [at, fresh] = entries_.try_emplace(sighting.name);
  Entry& entry = at->second;
  if (fresh || !entry.seen.same_content(sighting)) start_over(entry, sighting, now);
  entry.missing = false;
}

void Inbox::lose(const Entry& entry, Duration now) {
  if (!unread(entry.state)) return;
  if (losses_.inputs++ == 0) losses_.first = now;
  losses_.last = now;
  losses_.untold += entry.lumisections.empty() ? 1 : 0;
  losses_.lumisections.insert(entry.lumisections.begin(), entry.lumisections.end());
}

void Inbox::reconcile(const std::vector<Sighting>& all, Duration now) {
  std::map<std::string, const Sighting*> listed;
  for (const Sighting& sighting : all) listed.emplace(sighting.name, &sighting);
  std::map<Place, Entry> vanished;
  std::vector<Entry> unplaced;  // several names of one inode
  for (auto at = entries_.begin(); at != entries_.end();) {
    if (listed.contains(at->first)) {
      ++at;
      continue;
    }
    const auto [place, fresh] = vanished.try_emplace(place_of(at->second.seen), at->second);
    if (!fresh) unplaced.push_back(at->second);
    at = entries_.erase(at);
  }
  for (const Sighting& sighting : all) {
    const auto moved = vanished.find(place_of(sighting));
    if (!entries_.contains(sighting.name) && moved != vanished.end()) {
      Entry entry = std::move(moved->second);
      vanished.erase(moved);
      entry.seen.name = sighting.name;
      // What happens to it under the old name is not told any more: begin again, but for what is done with.
      if (entry.state == InputState::working || entry.state == InputState::read) start_over(entry, sighting, now);
      entries_.emplace(sighting.name, std::move(entry));
    }
    see(sighting, now);
  }
  for (const auto& [place, entry] : vanished) lose(entry, now);
  for (const Entry& entry : unplaced) lose(entry, now);
}

void Inbox::notice(const Change& change, const std::optional<Sighting>& seen, Duration now) {
  if (!seen) {
    if (const auto at = entries_.find(change.name); at != entries_.end()) at->second.missing = true;
    return;
  }
  see(*seen, now);
  Entry& entry = entries_.find(seen->name)->second;
  if (entry.state != InputState::growing) return;
  entry.writing = change.kind == Change::Kind::written;
  entry.closed = change.kind == Change::Kind::closed;
  if (entry.closed) entry.changed = entry.due = now;
}

/// What makes it damaged for good, if it is.
std::optional<core::Error> Inbox::judge_one(Entry& entry, Duration now) {
  const Verdict verdict = judge_(folder_ / entry.seen.name);
  const Duration silent = now - entry.changed;
  const Duration pause = backoff(entry.tries, options_.first_look, options_.longest_look);
  if (verdict.whole()) {
    if (entry.writing && silent < options_.settle) {  // whole for now: ROOT saves the state of an open file at times
      entry.due = now + pause;
      ++entry.tries;
      return {};
    }
    entry.state = InputState::ready;
    entry.bytes = verdict.bytes;
    entry.lumisections = verdict.lumisections;
    entry.tries = 0;
    entry.reason.clear();
    return {};
  }
  entry.reason = verdict.why->what();
  switch (trouble_of(*verdict.why)) {
    case Trouble::machine:
      throw *verdict.why;
    case Trouble::gone:
    case Trouble::interrupted:
      entry.missing = true;
      return {};
    case Trouble::reading:
      entry.state = InputState::aside;
      entry.due = now + backoff(entry.tries++, options_.first_retry, options_.longest_retry);
      return {};
    case Trouble::content:
      break;
  }
  entry.state = InputState::growing;
  const Duration patience = entry.closed    ? options_.settle_closed
                            : entry.writing ? patience_with_writers * options_.settle
                                            : options_.settle;
  ++entry.tries;
  entry.due = silent < patience ? std::min(now + pause, entry.changed + patience) : now + options_.settle;
  return silent < patience ? std::nullopt : verdict.why;
}

std::vector<Inbox::Damaged> Inbox::look(Duration now, std::size_t most) {
  std::vector<Entry*> due;
  for (auto& [name, entry] : entries_) {
    if (to_be_looked_at(entry) && entry.due <= now) due.push_back(&entry);
  }
  std::ranges::sort(due, [&](const Entry* a, const Entry* b) { return before(*a, *b); });
  if (due.size() > most) due.resize(most);
  std::vector<Damaged> damaged;
  for (Entry* entry : due) {
    if (auto why = judge_one(*entry, now)) damaged.push_back({entry->seen.name, std::move(*why)});
  }
  return damaged;
}

std::optional<Duration> Inbox::next_due() const {
  std::optional<Duration> next;
  for (const auto& [name, entry] : entries_) {
    if (to_be_looked_at(entry) && (!next || entry.due < *next)) next = entry.due;
  }
  return next;
}

std::optional<std::string> Inbox::next() {
  Entry* best = nullptr;
  for (auto& [name, entry] : entries_) {
    if (entry.state == InputState::ready && !entry.missing && (best == nullptr || before(entry, *best))) best = &entry;
  }
  if (best == nullptr) return std::nullopt;
  best->state = InputState::working;
  return best->seen.name;
}

Inbox::Entry* Inbox::in_state(const std::string& name, InputState state) {
  const auto at = entries_.find(name);
  return at != entries_.end() && at->second.state == state ? &at->second : nullptr;
}

void Inbox::put_back(const std::string& name) {
  if (Entry* entry = in_state(name, InputState::working)) entry->state = InputState::ready;
}

void Inbox::set_read(const std::string& name) {
  if (Entry* entry = in_state(name, InputState::working)) entry->state = InputState::read;
}

void Inbox::set_done(const std::string& name) {
  if (Entry* entry = in_state(name, InputState::read)) entry->state = InputState::done;
}

void Inbox::set_aside(const std::string& name, const std::string& why, Duration now) {
  Entry* entry = in_state(name, InputState::working);
  if (entry == nullptr) return;
  entry->state = InputState::aside;
  entry->due = now + backoff(entry->tries++, options_.first_retry, options_.longest_retry);
  entry->reason = why;
}

void Inbox::quarantine(const std::string& name, const std::string& why) {
  const auto at = entries_.find(name);
  if (at == entries_.end()) return;
  at->second.state = InputState::quarantined;
  at->second.reason = why;
}

void Inbox::release(const std::string& name, Duration now) {
  if (Entry* entry = in_state(name, InputState::quarantined)) start_over(*entry, Sighting(entry->seen), now);
}

const Inbox::Entry* Inbox::find(const std::string& name) const {
  const auto at = entries_.find(name);
  return at == entries_.end() ? nullptr : &at->second;
}

Outlook Inbox::outlook(double inputs_per_second, Duration wall) const {
  std::vector<const Entry*> ready;
  for (const auto& [name, entry] : entries_) {
    if (entry.state == InputState::ready) ready.push_back(&entry);
  }
  std::ranges::sort(ready, [&](const Entry* a, const Entry* b) { return before(*a, *b); });
  Outlook outlook;
  if (!(inputs_per_second > 0)) return outlook;
  double turn = 0;  // seconds from now until it has been read
  for (const Entry* entry : ready) {
    turn += 1 / inputs_per_second;
    const Duration left = Duration(entry->seen.modified_ns) + options_.retention - wall;
    if (std::chrono::duration<double>(left).count() >= turn) continue;
    ++outlook.inputs;
    outlook.until = std::max(outlook.until, left);
  }
  return outlook;
}

}  // namespace trigloop::scout
