#include "scout/ledger/ledger.hpp"

#include <algorithm>
#include <cstdlib>
#include <ctime>

#include "core/entries.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "core/json_writer.hpp"
#include "scout/record/identity.hpp"

namespace trigloop::scout {
namespace {

namespace fs = std::filesystem;
using core::Error;
using core::ErrorCode;
using event::LumiKey;

constexpr std::size_t recent_records = 4;

/// $SOURCE_DATE_EPOCH, as reproducible builds know it, or the clock. It is shown to people; nothing is decided by it.
std::int64_t commit_time() {
  const char* fixed = std::getenv("SOURCE_DATE_EPOCH");
  return fixed != nullptr ? std::strtoll(fixed, nullptr, 10) : static_cast<std::int64_t>(std::time(nullptr));
}

std::string name_of(LumiKey lumi) {
  return "run " + std::to_string(lumi.run) + ", lumisection " + std::to_string(lumi.lumisection);
}

std::string marker_text(const InputId& input, const std::vector<LumiKey>& lumisections) {
  core::JsonWriter out;
  out.begin_object().member("version", 1).member("hash", input.hash).member("name", input.name);
  out.member("bytes", input.bytes).key("lumisections").begin_array();
  for (const LumiKey lumi : lumisections) out.begin_array().value(lumi.run).value(lumi.lumisection).end_array();
  out.end_array().end_object();
  return out.text() + "\n";
}

std::set<std::string> read_markers(const fs::path& folder) {
  std::set<std::string> hashes;
  for (const fs::path& path : core::list_folder(folder)) {
    if (path.extension() == ".json") hashes.insert(path.stem());
  }
  return hashes;
}

/// `ours`, with what of `theirs` may change from lumisection to lumisection.
Identity as_of(const Identity& theirs, const Identity& ours) {
  Identity same = theirs;
  same.layout = ours.layout;
  same.tail_rule.count = ours.tail_rule.count;
  same.tail_layout = ours.tail_layout;
  same.inputs_every = ours.inputs_every;
  return same;
}

bool has_share(const Record& record, const InputId& input) {
  return std::ranges::any_of(record.shares, [&](const auto& share) { return share.input.hash == input.hash; });
}

/// The order of arrival depends on threads; the bytes of a record do not.
void sort_shares(Record& record) {
  std::ranges::sort(record.shares, {}, [](const InputShare& s) { return std::tie(s.input.name, s.input.hash); });
}

}  // namespace

Ledger::Ledger(fs::path folder, Identity identity, const LedgerOptions& options)
    : folder_(std::move(folder)), identity_(std::move(identity)), lock_(folder_), options_(options) {
  check_identity();
  for (const fs::path& path : list_records(folder_)) committed_.insert(*lumi_of(path));
  done_ = read_markers(folder_ / "inputs");
  reservoirs_.emplace(folder_, options.budget, committed_);
  derive_axo();
}

Ledger::~Ledger() = default;

void Ledger::check_identity() const {
  const fs::path path = folder_ / "identity.json";
  if (!std::ranges::binary_search(core::list_folder(folder_), path)) {
    if (const auto records = list_records(folder_); !records.empty()) {
      throw Error(ErrorCode::damaged, "the folder has records, but no identity.json").file(folder_.native());
    }
    return core::write_file(path, format_identity(identity_));
  }
  std::string differs;
  try {
    const Identity theirs = parse_identity(core::read_text(path));
    differs = difference(theirs, options_.changing ? as_of(theirs, identity_) : identity_);
  } catch (Error& e) {
    throw e.file(path.native());
  }
  if (differs.empty()) return;
  throw Error(ErrorCode::usage, "what is there was made with another: " + differs)
      .file(folder_.native())
      .remedy("Choose another output folder");
}

/// `commit` removes the old `.axo` before it replaces a record, so one that is there is up to date, whatever clocks
/// say.
void Ledger::derive_axo() const {
  const std::vector<fs::path> files = core::list_folder(folder_);
  for (const LumiKey lumi : committed_) {
    const fs::path path = folder_ / axo_name(lumi);
    if (std::ranges::binary_search(files, path)) continue;
    const auto text = axo_of(read_record(folder_ / record_name(lumi), RecordPart::spectra));
    if (text) core::write_file(path, *text);
  }
}

bool Ledger::done(const InputId& input) const { return done_.contains(input.hash); }

const Record* Ledger::known(LumiKey lumi) const {
  if (const auto found = open_.find(lumi); found != open_.end()) return &found->second.record;
  return committed_.contains(lumi) ? &committed_record(lumi) : nullptr;
}

const Record& Ledger::committed_record(LumiKey lumi) const {
  const auto found = std::ranges::find(recent_, lumi, &Record::lumi);
  if (found != recent_.end()) {
    recent_.splice(recent_.begin(), recent_, found);
  } else {
    recent_.push_front(read_record(folder_ / record_name(lumi)));
    if (recent_.size() > recent_records) recent_.pop_back();
  }
  return recent_.front();
}

Review Ledger::review(const Contribution& contribution, const Review& earlier) const {
  const Record* record = known(contribution.lumi);
  return record != nullptr ? scout::review(*record, contribution, earlier) : Review(earlier);
}

Ledger::Open& Ledger::open_state(LumiKey lumi, const Identity& identity) {
  if (const auto found = open_.find(lumi); found != open_.end()) return found->second;
  Open state;
  if (const Record* record = known(lumi)) {
    state.record = *record;
    if (options_.reservoir.count > 0) state.record.sum.reservoir = reservoirs_->load(lumi, record->generation);
    ++state.record.generation;
  } else {
    state.record.identity = identity;
    state.record.sum.lumi = lumi;
    state.record.sum.tail = Tail(identity.tail_rule);
    state.record.sum.reservoir = Reservoir(options_.reservoir);
  }
  return open_.emplace(lumi, std::move(state)).first->second;
}

void Ledger::add(const Contribution& contribution, const Review& review, std::uint64_t repeated_rows) {
  if (review.nothing_new) return add_duplicate(contribution.lumi, contribution.input, review);
  const Review now = this->review(contribution, review);
  if (now.again || now.nothing_new) {
    throw Error(ErrorCode::mismatch, "holds orbits that are in already")
        .file(contribution.input.name)
        .in(name_of(contribution.lumi));
  }
  const Record* before = known(contribution.lumi);
  const Identity& identity = contribution.identity ? *contribution.identity : identity_;
  if (before != nullptr && contribution.identity && before->identity != identity) {
    throw Error(ErrorCode::mismatch,
                name_of(contribution.lumi) + " was begun with another: " + difference(before->identity, identity))
        .file(contribution.input.name);
  }
  if (contribution.orbits.empty() && before != nullptr && has_share(*before, contribution.input)) return;
  Open& state = open_state(contribution.lumi, identity);
  join(state.record, contribution, now, repeated_rows);
  state.inputs.insert(contribution.input.hash);
}

void Ledger::add_duplicate(LumiKey lumi, const InputId& input, const Review& review) {
  const Record* record = known(lumi);
  if (record != nullptr && has_share(*record, input)) return;
  Open& state = open_state(lumi, identity_);
  note_duplicate(state.record, input, review);
  state.inputs.insert(input.hash);
}

std::vector<LumiKey> Ledger::open() const {
  std::vector<LumiKey> lumis;
  for (const auto& [lumi, state] : open_) lumis.push_back(lumi);
  return lumis;
}

const Record& Ledger::state(LumiKey lumi) const { return open_.at(lumi).record; }

void Ledger::commit(LumiKey lumi, Completeness completeness, const std::string& why) {
  Record& record = open_state(lumi, identity_).record;
  record.completeness = completeness;
  record.why = why;
  record.committed_at = commit_time();
  sort_shares(record);
  record.exposure();  // throws, if its exposure contradicts the stream's description
  const fs::path axo = folder_ / axo_name(lumi);
  core::remove_file(axo);
  reservoirs_->write(record);
  write_record(folder_ / record_name(lumi), record);
  committed_.insert(lumi);
  reservoirs_->retire_others(lumi, record.generation);
  recent_.remove_if([&](const Record& old) { return old.lumi() == lumi; });
  if (const auto text = axo_of(record)) core::write_file(axo, *text);
  if (options_.committed) options_.committed(record);
  open_.erase(lumi);
}

void Ledger::finish(const InputId& input, const std::vector<LumiKey>& lumisections) {
  for (const LumiKey lumi : lumisections) {
    const auto state = open_.find(lumi);
    if (committed_.contains(lumi) && (state == open_.end() || !state->second.inputs.contains(input.hash))) continue;
    throw Error(ErrorCode::internal, name_of(lumi) + " is not committed").file(input.name);
  }
  core::write_file(folder_ / "inputs" / (input.hash + ".json"), marker_text(input, lumisections));
  done_.insert(input.hash);
}

void Ledger::reopen(const InputId& input) {
  if (done_.erase(input.hash) > 0) core::remove_file(folder_ / "inputs" / (input.hash + ".json"));
}

std::vector<LumiKey> Ledger::committed() const { return {committed_.begin(), committed_.end()}; }

}  // namespace trigloop::scout
