#include "tune/storage/journal.hpp"

#include <unistd.h>

#include <algorithm>
#include <random>

#include "core/error.hpp"
#include "core/text.hpp"

namespace trigloop::tune {
namespace {

namespace fs = std::filesystem;
using core::Error;
using core::ErrorCode;
using Kind = JournalLine::Kind;

constexpr std::size_t most_warnings = 100;

/// Tells this writer's lines from all others'.
std::string new_worker() {
  std::random_device device;
  std::string id = "trigloop-";
  for (int i = 0; i < 4; ++i) id += std::to_string(device()) + "-";
  return id + std::to_string(::getpid());
}

}  // namespace

Journal::Journal(const fs::path& path) : file_(path), worker_(new_worker()) {}

Journal::Journal(const fs::path& path, const OpenStorage& open, std::chrono::milliseconds grace)
    : file_(path, grace), worker_(new_worker()), wanted_(open.study) {
  refresh();
  find_study(open);
}

void Journal::find_study(const OpenStorage& open) {
  if (id_ < 0 && !open.directions.empty()) {
    append([&] { return id_ < 0 ? create_study_line(open.study, open.directions, worker_) : std::string(); });
  }
  require_study();
  if (!open.directions.empty() && open.directions != history_->directions())
    throw Error(ErrorCode::mismatch, "study '" + open.study + "' has other directions").file(file_.path().native());
}

void Journal::require_study() const {
  if (id_ >= 0 && !studies_[static_cast<std::size_t>(id_)].deleted) return;
  if (id_ >= 0) throw Error(ErrorCode::mismatch, "study '" + wanted_ + "' was deleted").file(file_.path().native());
  Error error(ErrorCode::not_found, "has no study '" + wanted_ + "'");
  std::vector<std::string> names;
  for (const Study& study : studies_) names.push_back(study.summary.name);
  if (const std::string near = core::nearest(wanted_, names); !near.empty()) error.remedy("Is '" + near + "' meant?");
  throw error.file(file_.path().native());
}

void Journal::refresh() {
  file_.read([this](std::string_view line, std::uint64_t offset) { take(line, offset); });
  if (id_ >= 0) require_study();
}

void Journal::append(const JournalFile::Decide& decide) {
  file_.append([this](std::string_view line, std::uint64_t offset) { take(line, offset); }, decide);
}

void Journal::update(const Decide& decide) {
  append([&] {
    require_study();
    std::string lines;
    for (const Operation& operation : decide(*history_)) {
      if (!applies(*history_, operation)) continue;
      const std::int64_t trial = std::visit(
          [&](const auto& o) -> std::int64_t {
            if constexpr (requires { o.number; }) return (*history_)[o.number].id;
            return -1;
          },
          operation);
      lines += journal_line(operation, id_, trial, worker_);
    }
    return lines;
  });
}

void Journal::set_study_attribute(op::Scope scope, const std::string& key, const std::string& json) {
  append([&] {
    require_study();
    return study_attribute_line(id_, scope, key, json, worker_);
  });
}

void Journal::warn(std::string text) {
  if (warnings_.size() < most_warnings) warnings_.push_back(file_.path().native() + ": " + std::move(text));
}

void Journal::take(std::string_view text, std::uint64_t offset) {
  try {
    if (const auto line = parse_journal_line(text, distributions_))
      play(*line);
    else
      take_damaged(text, offset);
  } catch (const Error& error) {
    warn("byte " + std::to_string(offset) + ": " + error.reason() + "; it was read over");
  }
}

/// A writer died in the middle of a line, and another appended its own: that one is saved.
void Journal::take_damaged(std::string_view text, std::uint64_t offset) {
  const std::size_t second = text.rfind("{\"op_code\":");
  if (second != text.npos && second > 0) {
    if (const auto line = parse_journal_line(text.substr(second), distributions_)) {
      warn("byte " + std::to_string(offset) + ": a torn line was read over; the one behind it is whole");
      file_.mend_later(offset, second);
      return play(*line);
    }
  }
  if (text.find_first_not_of(" \t\r") == text.npos && !text.empty()) return;
  warn("byte " + std::to_string(offset) + ": a damaged line was read over");
  file_.mend_later(offset, text.size() + 1);
}

void Journal::play(const JournalLine& line) {
  const bool known = line.study >= 0 && line.study < static_cast<std::int64_t>(studies_.size()) &&
                     !studies_[static_cast<std::size_t>(line.study)].deleted;
  if (line.kind == Kind::create_study) {
    const auto same = [&](const Study& s) { return !s.deleted && s.summary.name == line.name; };
    if (std::ranges::any_of(studies_, same)) return;
    const auto id = static_cast<std::int64_t>(studies_.size());
    studies_.push_back({{id, line.name, line.directions, {}, {}}});
    if (line.name != wanted_) return;
    id_ = id;
    study_ = studies_.back().summary;
    history_ = std::make_unique<History>(line.name, line.directions);
  } else if (line.kind == Kind::delete_study && known) {
    studies_[static_cast<std::size_t>(line.study)].deleted = true;
  } else if (line.kind == Kind::study_attribute && known) {
    StudySummary& summary = studies_[static_cast<std::size_t>(line.study)].summary;
    Attributes& all = line.scope == op::Scope::user ? summary.user_attributes : summary.system_attributes;
    for (const auto& [key, json] : line.attributes) all.insert_or_assign(key, json);
    if (line.study == id_) study_ = summary;
  } else if (line.kind == Kind::create_trial && known) {
    create_trial(line);
  } else if (line.kind == Kind::on_trial) {
    if (line.trial < 0 || line.trial >= static_cast<std::int64_t>(numbers_.size())) return;
    const std::int64_t number = numbers_[static_cast<std::size_t>(line.trial)];
    if (number == elsewhere) return;
    Operation operation = line.operation;
    std::visit(
        [&](auto& o) {
          if constexpr (requires { o.number; }) o.number = number;
        },
        operation);
    if (applies(*history_, operation)) apply(*history_, operation, line.trial);
  }
}

void Journal::create_trial(const JournalLine& line) {
  const auto id = static_cast<std::int64_t>(numbers_.size());
  const bool ours = line.study == id_;
  numbers_.push_back(ours ? static_cast<std::int64_t>(history_->size()) : elsewhere);
  ++studies_[static_cast<std::size_t>(line.study)].trials;
  if (ours) apply(*history_, line.operation, id);
}

std::vector<std::int64_t> Journal::stale(double grace) {
  refresh();
  std::vector<std::int64_t> found;
  std::map<std::int64_t, Pulse> pulses;
  for (const std::int64_t number : history_->running()) {
    const Trial& trial = (*history_)[number];
    const auto beat = trial.system_attributes.find(heartbeat_key);
    if (beat == trial.system_attributes.end() || !is_owned(trial)) continue;
    Pulse pulse{beat->second, Clock::now()};
    const auto before = pulses_.find(number);
    if (before != pulses_.end() && before->second.last == beat->second) pulse.since = before->second.since;
    if (Clock::now() - pulse.since > std::chrono::duration<double>(grace)) found.push_back(number);
    pulses.emplace(number, std::move(pulse));
  }
  pulses_ = std::move(pulses);
  return found;
}

std::vector<StudySummary> Journal::list(const fs::path& path) {
  Journal journal(path);
  journal.refresh();
  std::vector<StudySummary> all;
  for (const Study& study : journal.studies_)
    if (!study.deleted) all.push_back(study.summary);
  return all;
}

}  // namespace trigloop::tune
