#include "scout/run/intake.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <shared_mutex>

#include "core/error.hpp"
#include "io/any/any.hpp"

namespace trigloop::scout {
namespace {

using event::LumiKey;
using Timer = std::chrono::steady_clock;

double seconds_since(Timer::time_point start) { return std::chrono::duration<double>(Timer::now() - start).count(); }

/// A lumisection's way into the ledger: what the pass gave, and what of it is in already.
struct Item {
  Delivery delivery;
  Review review;
};
using Items = std::map<LumiKey, Item>;

class Intake {
 public:
  Intake(Ledger& ledger, std::mutex& books, const std::filesystem::path& path, const InputId& input,
         const Examine& examine, const Identify& identify)
      : ledger_(ledger), books_(books), path_(path), input_(input), examine_(examine), identify_(identify) {}

  Taken run() {
    read({});
    // A second time at most, unless others bring the same orbits at this very moment.
    while (!book()) read(what_is_new());
    return std::move(taken_);
  }

 private:
  void read(const PassRequest& request) {
    const auto start = Timer::now();
    for (const LumiKey lumi : request.only) items_[lumi].delivery = nothing(lumi);
    PassResult result = examine_(path_, input_, request);
    if (identify_(path_).hash != input_.hash) {
      throw core::Error(core::ErrorCode::damaged, "changed while it was read")
          .file(path_.native())
          .remedy("It is read again when its writer has closed it");
    }
    for (Delivery& delivery : result.deliveries) {
      const LumiKey lumi = delivery.contribution.lumi;
      items_[lumi].delivery = std::move(delivery);
    }
    if (request.only.empty()) {
      taken_.rows = result.rows;
      taken_.whole = result.unwanted == 0;
    }
    taken_.seconds += seconds_since(start);
  }

  /// Where all that the pass could give is in already.
  Delivery nothing(LumiKey lumi) const {
    Delivery delivery;
    delivery.contribution.lumi = lumi;
    delivery.contribution.input = input_;
    return delivery;
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

  /// Adds all, if nothing has to be left out first.
  bool book() {
    const auto start = Timer::now();
    const std::lock_guard lock(books_);
    bool again = false;
    for (auto& [lumi, item] : items_) {
      item.review = ledger_.review(item.delivery.contribution, item.review);
      again = again || item.review.again;
    }
    if (!again) {
      for (auto& [lumi, item] : items_) add(lumi, item);
    }
    taken_.book_seconds += seconds_since(start);
    return !again;
  }

  void add(LumiKey lumi, Item& item) {
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
  }

  Ledger& ledger_;
  std::mutex& books_;
  const std::filesystem::path& path_;
  const InputId& input_;
  const Examine& examine_;
  const Identify& identify_;
  Items items_;
  Taken taken_;
};

}  // namespace

Examine examine_with(const Examiner& examiner, PassOptions pass, std::uint64_t whole_memory) {
  auto alone = std::make_shared<std::shared_mutex>();  // held by one that takes the whole memory, shared by the others
  return [&examiner, pass = std::move(pass), whole_memory, alone](const std::filesystem::path& path,
                                                                  const InputId& input, const PassRequest& request) {
    PassOptions asked = pass;
    asked.exclusions = request.exclusions;
    if (!request.only.empty()) {  // some of those that were wanted at first
      asked.wanted = [&request](event::LumiKey lumi) { return std::ranges::binary_search(request.only, lumi); };
    }
    const auto source = io::open(path);
    try {
      const std::shared_lock beside_others(*alone);
      return scout::examine(examiner, *source, input, asked);
    } catch (const core::Error& e) {
      if (e.code() != core::ErrorCode::limit || asked.memory >= whole_memory) throw;
    }
    const std::unique_lock lock(*alone);
    asked.memory = whole_memory;
    return scout::examine(examiner, *source, input, asked);
  };
}

unsigned streams_within(std::uint64_t memory, unsigned streams) noexcept {
  constexpr std::uint64_t program = 64u << 20, one = 48u << 20;
  const std::uint64_t fit = memory > program ? (memory - program) / one : 0;
  return static_cast<unsigned>(std::clamp<std::uint64_t>(fit, 1, std::max(1u, streams)));
}

Taken take_in(Ledger& ledger, std::mutex& books, const std::filesystem::path& path, const InputId& input,
              const Examine& examine, const Identify& identify) {
  return Intake(ledger, books, path, input, examine, identify).run();
}

}  // namespace trigloop::scout
