// Follow: lumisections that are due, inputs that are done, and the status. All but write_status and status is called
// with the mutex held.
#include <algorithm>
#include <chrono>

#include "core/file.hpp"
#include "scout/follow/follow.hpp"

namespace trigloop::scout {
namespace {

using event::LumiKey;
using Kind = Decision::Kind;

double seconds_of(Duration duration) { return std::chrono::duration<double>(duration).count(); }

bool unread(InputState state) {
  return state == InputState::growing || state == InputState::ready || state == InputState::working ||
         state == InputState::aside;
}

}  // namespace

/// `ending`: nothing is waited for any more, but what is missing stays missing: it is not committed.
void Follow::commit_due(bool ending) {
  const auto open = books_.open();
  std::erase_if(opened_, [&](const auto& one) { return !std::ranges::binary_search(open, one.first); });
  const bool backlog_empty =
      std::ranges::none_of(inbox_.entries(), [](const auto& one) { return unread(one.second.state); });
  std::vector<std::pair<LumiKey, Decision>> due;
  for (auto& [lumi, opened] : opened_) {
    const Waiting waiting{now() - opened.last_piece, latest_ && lumi < *latest_, backlog_empty};
    if (!opened.fresh && !is_over(options_.completion, waiting)) continue;
    Decision decision = decide(books_.state(lumi), options_.completion, waiting);
    if (decision.kind == Kind::complete || (decision.kind == Kind::incomplete && !ending)) {
      due.emplace_back(lumi, std::move(decision));
    } else {
      opened.fresh = false;
    }
  }
  for (const auto& [lumi, decision] : due) commit(lumi, decision);
  finish_pending();
}

void Follow::commit(LumiKey lumi, const Decision& decision) {
  const auto start = std::chrono::steady_clock::now();
  const bool complete = decision.kind == Kind::complete;
  try {
    books_.commit(lumi, complete ? Completeness::complete : Completeness::incomplete, decision.why);
  } catch (const core::Error& e) {
    if (trouble_of(e) != Trouble::content) throw;
    opened_[lumi] = {now(), false};  // it contradicts the stream's description, say: tried again when the wait is over
    trouble(e.what());
    return world_.say(e.what());
  }
  opened_.erase(lumi);
  if (complete) {
    incomplete_.erase(lumi);
  } else {
    incomplete_.insert(lumi);
  }
  meter_.add(Stage::commit, {1, 0, 0, seconds_of(std::chrono::steady_clock::now() - start)});
}

void Follow::finish_pending() {
  for (std::size_t i = 0; i < pending_.size();) {
    const auto open = [&](LumiKey lumi) { return opened_.contains(lumi); };
    if (std::ranges::any_of(pending_[i].lumisections, open)) {
      ++i;
      continue;
    }
    finish(pending_[i]);
    pending_.erase(pending_.begin() + static_cast<std::ptrdiff_t>(i));
  }
}

void Follow::finish(const Pending& pending) {
  if (pending.whole) books_.finish(pending.input, pending.lumisections);
  inbox_.set_done(pending.seen.name);
  if (!options_.consume) return;
  const auto current = world_.watch.look(pending.seen.name);
  if (!current || !current->same_content(pending.seen)) return;
  try {
    world_.watch.remove(pending.seen.name);
    inbox_.remove(pending.seen.name);
  } catch (const core::Error& e) {
    trouble(e.what());
  }
}

Status Follow::status() {
  const Lock lock(mutex_);
  return compose();
}

Status Follow::compose() {
  Status status;
  status.state = pause_.active() ? "paused" : "running";
  status.started = started_;
  status.updated = wall_seconds();
  status.folder = world_.watch.folder().native();
  status.output = books_.folder().native();
  status.folder_present = folder_present_;
  StoreStatus input{"input", status.folder, 0, 0};
  for (const auto& [name, entry] : inbox_.entries()) {
    const std::uint64_t bytes = std::max(entry.bytes, entry.seen.bytes);
    ++status.inputs[static_cast<std::size_t>(entry.state)];
    ++input.files;
    input.bytes += bytes;
    if (entry.state == InputState::working) status.working.push_back(name);
    if (unread(entry.state)) status.backlog_bytes += bytes;
    if (unread(entry.state) || entry.state == InputState::read)
      status.lag_seconds =
          std::max(status.lag_seconds, seconds_of(world_.clock.wall() - Duration(entry.seen.modified_ns)));
  }
  status.stores = stores_;
  status.stores.insert(status.stores.begin(), std::move(input));
  const double lumisections =
      inputs_read_ > 0 ? static_cast<double>(lumisections_read_) / static_cast<double>(inputs_read_) : 1;
  status.backlog_lumisections = lumisections * static_cast<double>(status.backlog());
  status.incomplete = incomplete_.size();
  status.open = opened_.size();
  status.latest = latest_;
  status.stages = meter_.stages();
  status.pause = pause_.reason();
  status.pause_seconds = pause_.active() ? seconds_of(now() - pause_.since()) : 0;
  status.pauses = pause_.count();
  const Losses& losses = inbox_.losses();
  status.lost_inputs = losses.inputs;
  status.lost_untold = losses.untold;
  status.lost_lumisections = lumisections * static_cast<double>(losses.untold);
  const std::vector<LumiKey> committed = books_.committed();
  status.committed = committed.size();
  for (const LumiKey lumi : losses.lumisections) {  // other inputs may have brought something of it
    const bool here = opened_.contains(lumi) || std::ranges::binary_search(committed, lumi);
    status.lost_lumisections += here ? 0 : 1;
  }
  status.lost_hours = seconds_of(now() - began_) / 3600;
  const Work& pass = status.stages[static_cast<std::size_t>(Stage::pass)].total;
  const double speed = pass.seconds > 0 ? static_cast<double>(pass.items) / pass.seconds : 0;
  const Outlook outlook = inbox_.outlook(speed * std::max(1u, options_.readers), world_.clock.wall());
  status.expected_lost_inputs = outlook.inputs;
  status.expected_lost_lumisections = lumisections * static_cast<double>(outlook.inputs);
  status.expected_lost_hours = std::max(0.0, seconds_of(outlook.until) / 3600);
  status.troubles.assign(troubles_.begin(), troubles_.end());
  return status;
}

void Follow::write_status(const std::string& state) {
  Status status;
  {
    const Lock lock(mutex_);
    meter_.mark(now());
    status = compose();
  }
  if (state != "running") status.state = state;
  measure_machine(status, books_.folder());
  next_status_ = now() + options_.status_every;
  try {
    core::write_file(books_.folder() / "status.json", format_status(status));
  } catch (const core::Error&) {
    // The disk is full, say: whoever watches sees an old status, and the next one tells of the pause.
  }
}

}  // namespace trigloop::scout
