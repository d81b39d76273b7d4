#include "scout/run/intake.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <set>

#include "core/error.hpp"

namespace trigloop::scout {
namespace {

using event::LumiKey;
using Timer = std::chrono::steady_clock;

double seconds_since(Timer::time_point start) { return std::chrono::duration<double>(Timer::now() - start).count(); }

/// A lumisection's way into a ledger.
struct Item {
  Delivery delivery;   ///< of the last pass
  bool fresh = false;  ///< not compared with the ledger yet
  Review review;       ///< what is in already; `again`: the next pass leaves it out
  bool clear() const noexcept { return !fresh && !review.again; }
};

/// An input's way into one ledger.
class Line {
 public:
  Line(Ledger& ledger, const InputId& input) : ledger_(ledger), input_(input) {}

  bool empty() const noexcept { return items_.empty(); }
  bool clear() const {
    return std::ranges::all_of(items_, [](const auto& one) { return one.second.clear(); });
  }

  void hold(Delivery&& delivery) {
    Item& item = items_[delivery.contribution.lumi];
    item.delivery = std::move(delivery);
    item.fresh = true;
  }

  /// Where all that was asked for is in already, the pass gives nothing.
  void hold_nothing_of(const std::vector<LumiKey>& asked) {
    for (const LumiKey lumi : asked) {
      const auto item = items_.find(lumi);
      if (item == items_.end() || item->second.fresh || !item->second.review.again) continue;
      Delivery nothing;
      nothing.contribution.lumi = lumi;
      nothing.contribution.input = input_;
      hold(std::move(nothing));
    }
  }

  PassRequest what_is_new() const {
    PassRequest request;
    for (const auto& [lumi, item] : items_) {
      if (!item.review.again) continue;
      request.only.push_back(lumi);
      request.exclusions.push_back({lumi, item.review.leave_out, item.review.covered});
    }
    return request;
  }

  void review() {
    for (auto& [lumi, item] : items_) {
      if (!item.fresh && item.review.again) continue;
      item.review = ledger_.review(item.delivery.contribution, item.review);
      item.fresh = false;
      if (item.review.again) item.delivery = {};  // to be made again
    }
  }

  /// Enters what is clear; `numbers`: what is told of the input, or null. Adds to `entered`.
  void enter(Taken* numbers, std::set<LumiKey>& entered) {
    for (auto& [lumi, item] : items_) {
      if (!item.clear()) continue;
      enter(lumi, item, numbers);
      entered.insert(lumi);
    }
    std::erase_if(items_, [](const auto& one) { return one.second.clear(); });
  }

 private:
  void enter(LumiKey lumi, Item& item, Taken* numbers) {
    auto& found = item.review.contradictions;
    found.insert(found.end(), item.delivery.contradictions.begin(), item.delivery.contradictions.end());
    std::uint64_t added = 0;
    if (item.review.nothing_new) {
      ledger_.add_duplicate(lumi, input_, item.review);
    } else {
      ledger_.add(item.delivery.contribution, item.review, item.delivery.repeated_rows);
      added = item.delivery.contribution.orbits.events();
    }
    if (numbers == nullptr) return;
    numbers->added += added;
    numbers->duplicate_orbits += item.review.duplicate_orbits;
    numbers->repeated += item.delivery.repeated_rows;
    numbers->contradictions += found.size();
  }

  Ledger& ledger_;
  const InputId& input_;
  std::map<LumiKey, Item> items_;  ///< not entered yet
};

class Intake {
 public:
  Intake(Books& books, std::mutex& mutex, const std::filesystem::path& path, const InputId& input,
         const IntakeOptions& options)
      : books_(books), mutex_(mutex), path_(path), input_(input), options_(options) {}

  Taken run() {
    read({});
    // A second time at most, unless others bring the same orbits at this very moment, or ledgers differ.
    while (const auto request = next_request()) read(*request);
    taken_.lumisections.assign(entered_.begin(), entered_.end());
    return std::move(taken_);
  }

 private:
  void read(PassRequest request) {
    if (options_.entering == Entering::piecemeal) {
      request.deliver = [this](Delivery&& delivery) {
        take(std::move(delivery));
        settle();
      };
    }
    const auto start = Timer::now();
    Reading reading = options_.examine(path_, input_, request);
    check_unchanged();
    if (reading.keep) reading.keep();
    if (request.only.empty()) {
      taken_.rows = reading.result.rows;
      taken_.whole = reading.result.unwanted == 0;
    }
    taken_.seconds += seconds_since(start);
    for (Delivery& delivery : reading.result.deliveries) take(std::move(delivery));
    for (auto& [ledger, line] : lines_) {
      if (asked_.contains(ledger)) line.hold_nothing_of(request.only);
    }
    settle();
  }

  void check_unchanged() const {
    if (options_.identify(path_).hash == input_.hash) return;
    throw core::Error(core::ErrorCode::damaged, "changed while it was read")
        .file(path_.native())
        .remedy("It is read again when its writer has closed it");
  }

  /// Gives each ledger its part.
  void take(Delivery&& delivery) {
    const std::lock_guard lock(mutex_);
    for (ShadowScores& scores : delivery.shadows) {
      Line* line = line_of(books_.shadow(*scores.identity));
      if (line == nullptr) continue;
      Delivery part{delivery.contribution, {}, delivery.repeated_rows, delivery.contradictions};
      static_cast<ScoreCounts&>(part.contribution) = std::move(scores);
      part.contribution.identity = scores.identity;
      part.contribution.reservoir = {};
      line->hold(std::move(part));
    }
    delivery.shadows.clear();
    if (Line* line = line_of(books_.main())) line->hold(std::move(delivery));
  }

  /// Null, if the ledger does not want what the pass gives: all of it is in, or another asked for it.
  Line* line_of(Ledger& ledger) {
    if (!asked_.empty() && !asked_.contains(&ledger)) return nullptr;
    const auto line = lines_.find(&ledger);
    if (line != lines_.end()) return &line->second;
    return ledger.done(input_) ? nullptr : &lines_.emplace(&ledger, Line(ledger, input_)).first->second;
  }

  /// What must be passed again, and `asked_`, the ledgers that need just that; none, if all is in.
  std::optional<PassRequest> next_request() {
    std::optional<PassRequest> request;
    asked_.clear();
    for (const auto& [ledger, line] : lines_) {
      if (line.empty()) continue;
      PassRequest one = line.what_is_new();
      if (one.only.empty()) continue;  // it waits for another
      if (!request) request = one;
      if (one.exclusions == request->exclusions) asked_.insert(ledger);
    }
    return request;
  }

  /// Compares what is at hand with the ledgers, and enters that from which nothing has to be left out first; at the
  /// end, all or nothing.
  void settle() {
    const auto start = Timer::now();
    const std::lock_guard lock(mutex_);
    for (auto& [ledger, line] : lines_) line.review();
    const auto clear = [](const auto& one) { return one.second.clear(); };
    std::set<LumiKey> entered;
    if (options_.entering == Entering::piecemeal || std::ranges::all_of(lines_, clear)) {
      for (auto& [ledger, line] : lines_) line.enter(ledger == &books_.main() ? &taken_ : nullptr, entered);
    }
    for (const LumiKey lumi : entered) {
      entered_.insert(lumi);
      if (options_.entered) options_.entered(lumi);
    }
    taken_.book_seconds += seconds_since(start);
  }

  Books& books_;
  std::mutex& mutex_;
  const std::filesystem::path& path_;
  const InputId& input_;
  const IntakeOptions& options_;
  std::map<Ledger*, Line> lines_;
  std::set<Ledger*> asked_;  ///< for whom the pass at hand is; empty: for all
  std::set<LumiKey> entered_;
  Taken taken_;
};

}  // namespace

Taken& Taken::operator+=(const Taken& other) {
  rows += other.rows;
  added += other.added;
  repeated += other.repeated;
  duplicate_orbits += other.duplicate_orbits;
  contradictions += other.contradictions;
  seconds += other.seconds;
  book_seconds += other.book_seconds;
  return *this;
}

Taken take_in(Books& books, std::mutex& mutex, const std::filesystem::path& path, const InputId& input,
              const IntakeOptions& options) {
  {
    const std::lock_guard lock(mutex);
    if (books.done(input)) return {.done_before = true, .finished = true};
  }
  return Intake(books, mutex, path, input, options).run();
}

}  // namespace trigloop::scout
