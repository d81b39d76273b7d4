#include "scout/run/take.hpp"

#include <algorithm>
#include <iterator>
#include <map>

namespace trigloop::scout {
namespace {

/// Takes deliveries from passes until nothing is left to be passed again.
class Taker {
 public:
  Taker(Ledger& ledger, const InputId& input, const TakeOptions& options)
      : ledger_(ledger), input_(input), options_(options) {}

  Taken run(const Examiner& examiner, const io::Source& source);

 private:
  void review(Delivery&& delivery);
  void enter(const Delivery& delivery, Review&& review);
  void commit(event::LumiKey lumi);
  PassOptions first_pass();
  PassOptions next_pass();

  Ledger& ledger_;
  const InputId& input_;
  const TakeOptions& options_;
  std::map<event::LumiKey, Review> again_, earlier_;
  bool all_committed_ = true;
  Taken taken_;
};

PassOptions Taker::first_pass() {
  PassOptions pass;
  pass.threads = options_.threads;
  pass.memory = options_.memory;
  pass.wanted = options_.wanted;
  pass.taps = options_.taps;
  pass.progress = options_.progress;
  pass.deliver = [this](Delivery&& delivery) { review(std::move(delivery)); };
  return pass;
}

/// Only what must be passed again, without what is in. Taps have seen it already.
PassOptions Taker::next_pass() {
  PassOptions pass = first_pass();
  pass.taps.clear();
  pass.progress = {};
  earlier_ = std::move(again_);
  again_.clear();
  pass.wanted = [this](event::LumiKey lumi) { return earlier_.contains(lumi); };
  for (const auto& [lumi, review] : earlier_) pass.exclusions.push_back({lumi, review.leave_out, review.covered});
  return pass;
}

Taken Taker::run(const Examiner& examiner, const io::Source& source) {
  PassOptions pass = first_pass();
  const std::unique_ptr<TapSet> own = options_.make_taps ? options_.make_taps(source, input_) : nullptr;
  if (own) std::ranges::copy(own->taps(), std::back_inserter(pass.taps));
  const PassResult first = examine(examiner, source, input_, pass);
  if (own) own->commit();
  taken_.rows = first.rows;
  taken_.seconds = first.seconds;
  taken_.whole = first.unwanted == 0;
  if (!taken_.whole) all_committed_ = false;
  while (!again_.empty()) taken_.seconds += examine(examiner, source, input_, next_pass()).seconds;
  std::ranges::sort(taken_.lumisections);
  if (all_committed_) ledger_.finish(input_, taken_.lumisections);
  taken_.finished = all_committed_;
  return std::move(taken_);
}

void Taker::review(Delivery&& delivery) {
  const event::LumiKey lumi = delivery.contribution.lumi;
  const auto earlier = earlier_.find(lumi);
  Review review = ledger_.review(delivery.contribution, earlier != earlier_.end() ? earlier->second : Review{});
  if (review.again) {
    again_[lumi] = std::move(review);
  } else {
    enter(delivery, std::move(review));
  }
}

void Taker::enter(const Delivery& delivery, Review&& review) {
  const Contribution& contribution = delivery.contribution;
  review.contradictions.insert(review.contradictions.end(), delivery.contradictions.begin(),
                               delivery.contradictions.end());
  taken_.duplicate_orbits += review.duplicate_orbits;
  taken_.contradictions += review.contradictions.size();
  taken_.repeated += delivery.repeated_rows;
  taken_.lumisections.push_back(contribution.lumi);
  if (review.nothing_new) {
    ledger_.add_duplicate(contribution.lumi, input_, review);
  } else {
    ledger_.add(contribution, review, delivery.repeated_rows);
    taken_.added += contribution.orbits.events();
  }
  if (options_.commit && !options_.commit(contribution.lumi)) {
    all_committed_ = false;
  } else {
    commit(contribution.lumi);
  }
}

/// Nothing is open where the input brought nothing, or nothing but its own, from before a crash.
void Taker::commit(event::LumiKey lumi) {
  const std::vector<event::LumiKey> open = ledger_.open();
  if (std::ranges::find(open, lumi) != open.end()) ledger_.commit(lumi, Completeness::complete);
}

}  // namespace

Taken take_input(const Examiner& examiner, Ledger& ledger, const io::Source& source, const InputId& input,
                 const TakeOptions& options) {
  if (!ledger.done(input)) return Taker(ledger, input, options).run(examiner, source);
  Taken taken;
  taken.done_before = taken.finished = true;
  return taken;
}

}  // namespace trigloop::scout
