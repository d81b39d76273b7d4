#include "scout/run/intake.hpp"

#include <algorithm>
#include <chrono>
#include <map>

#include "core/error.hpp"

namespace trigloop::scout {
namespace {

using event::LumiKey;
using Timer = std::chrono::steady_clock;

double seconds_since(Timer::time_point start) { return std::chrono::duration<double>(Timer::now() - start).count(); }

/// A lumisection's way into the ledger.
struct Item {
  Delivery delivery;   ///< of the last pass
  bool fresh = false;  ///< not compared with the ledger yet
  Review review;       ///< what is in already; `again`: the next pass leaves it out
  bool clear() const noexcept { return !fresh && !review.again; }
};

class Intake {
 public:
  Intake(Ledger& ledger, std::mutex& books, const std::filesystem::path& path, const InputId& input,
         const IntakeOptions& options)
      : ledger_(ledger), books_(books), path_(path), input_(input), options_(options) {}

  Taken run() {
    read({});
    // A second time at most, unless others bring the same orbits at this very moment.
    while (!items_.empty()) read(what_is_new());
    std::ranges::sort(taken_.lumisections);
    return std::move(taken_);
  }

 private:
  void read(PassRequest request) {
    if (options_.entering == Entering::piecemeal) {
      request.deliver = [this](Delivery&& delivery) {
        hold(std::move(delivery));
        settle();
      };
    }
    const auto start = Timer::now();
    const double booked = taken_.book_seconds;
    Reading reading = options_.examine(path_, input_, request);
    check_unchanged();
    if (reading.keep) reading.keep();
    if (request.only.empty()) {
      taken_.rows = reading.result.rows;
      taken_.whole = reading.result.unwanted == 0;
    }
    taken_.seconds += seconds_since(start) - (taken_.book_seconds - booked);
    for (Delivery& delivery : reading.result.deliveries) hold(std::move(delivery));
    hold_nothing_of(request.only);
    settle();
  }

  void check_unchanged() const {
    if (options_.identify(path_).hash == input_.hash) return;
    throw core::Error(core::ErrorCode::damaged, "changed while it was read")
        .file(path_.native())
        .remedy("It is read again when its writer has closed it");
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

  /// Compares what is at hand with the ledger, and enters that from which nothing has to be left out first; at the end,
  /// all or nothing.
  void settle() {
    const auto start = Timer::now();
    const std::lock_guard lock(books_);
    for (auto& [lumi, item] : items_) {
      if (!item.fresh && item.review.again) continue;
      item.review = ledger_.review(item.delivery.contribution, item.review);
      item.fresh = false;
      if (item.review.again) item.delivery = {};  // to be made again
    }
    const auto clear = [](const auto& one) { return one.second.clear(); };
    if (options_.entering == Entering::piecemeal || std::ranges::all_of(items_, clear)) {
      for (auto& [lumi, item] : items_) {
        if (item.clear()) enter(lumi, item);
      }
      std::erase_if(items_, clear);
    }
    taken_.book_seconds += seconds_since(start);
  }

  void enter(LumiKey lumi, Item& item) {
    auto& found = item.review.contradictions;
    found.insert(found.end(), item.delivery.contradictions.begin(), item.delivery.contradictions.end());
    if (item.review.nothing_new) {
      ledger_.add_duplicate(lumi, input_, item.review);
    } else {
      ledger_.add(item.delivery.contribution, item.review, item.delivery.repeated_rows);
      taken_.added += item.delivery.contribution.orbits.events();
    }
    taken_.lumisections.push_back(lumi);
    taken_.duplicate_orbits += item.review.duplicate_orbits;
    taken_.repeated += item.delivery.repeated_rows;
    taken_.contradictions += found.size();
    if (options_.entered) options_.entered(lumi);
  }

  Ledger& ledger_;
  std::mutex& books_;
  const std::filesystem::path& path_;
  const InputId& input_;
  const IntakeOptions& options_;
  std::map<LumiKey, Item> items_;  ///< not entered yet
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

Taken take_in(Ledger& ledger, std::mutex& books, const std::filesystem::path& path, const InputId& input,
              const IntakeOptions& options) {
  return Intake(ledger, books, path, input, options).run();
}

}  // namespace trigloop::scout
