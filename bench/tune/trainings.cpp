// Searches over real trainings (bench/tune/run): the space of the training package, a small packed file.
//
// usage: bench_tune_trainings serve DATA EPOCHS EPOCHS BATCH
//            reads 13 values a line, in the order of the space "package"; answers with the objective and the seconds
//        bench_tune_trainings search DATA EPOCHS EPOCHS BATCH SAMPLER SEED TRIALS WORKERS PRUNER
//            a line a trial: number, state, objective, epochs of the last stage, seconds, 13 values; at the end "all
//            SECONDS"
//
// EPOCHS are those of both stages. The objective is raw-pure of haa4b-ma15 after the last epoch. PRUNER is none or
// asha: a fifteenth of the epochs to begin with, reduction 2, as 32 of the package's 480.
#include <chrono>
#include <cstdio>
#include <iostream>
#include <mutex>
#include <sstream>
#include <string>
#include <thread>

#include "bench/tune/functions.hpp"
#include "core/error.hpp"
#include "tune/search/halving.hpp"
#include "tune/search/sampler.hpp"
#include "tune/train/training.hpp"

namespace trigloop::bench {
namespace {

using namespace tune;

constexpr const char* metric = "raw-pure/haa4b-ma15";

double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

/// What all trainings share.
struct Setting {
  TrainingData data;
  std::string contrastive, vae, batch;
  std::int64_t epochs() const { return std::stoll(vae); }
};

config::Config config_of(const Setting& setting, const Trial& trial) {
  config::Config config = config::Config::master();
  const auto text = [&](const char* name) {
    const Parameter& p = *trial.find(name);
    return config::to_json(external_value(*p.distribution, p.value));
  };
  const std::string model = "model.train_mode.Contrastive_VAE.", train = "train.Contrastive_VAE.";
  config.set(train + "epochs_contrastive", setting.contrastive);
  config.set(train + "epochs_vae", setting.vae);
  config.set(train + "batch_size", setting.batch);
  config.set(train + "optimiser_config_contrastive.learning_rate", text("rate_contrastive"));
  config.set(train + "optimiser_config_vae.learning_rate", text("rate_vae"));
  for (const char* name : {"blur_p", "blur_m", "blur_s", "mask_p"}) config.set(train + name, text(name));
  for (const char* name : {"alpha", "beta"}) config.set(model + name, text(name));
  config.set(model + "encoder_nodes", "[" + text("encoder_0") + ", " + text("encoder_1") + "]");
  config.set(model + "vae_nodes", "[" + text("vae_0") + ", " + text("vae_1") + "]");
  config.set(model + "vae_latent", "[" + text("latent") + "]");
  return config;
}

void serve(const Setting& setting) {
  const Space space = space_of(function("package"));
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream values(line);
    Trial trial;
    for (const Dimension& d : space.dimensions()) {
      double value = 0;
      values >> value;
      trial.parameters.push_back({d.name, value, d.distribution});
    }
    double objective = 0;
    const double begin = now();
    run_training({config_of(setting, trial), {metric}, {}}, setting.data,
                 {[&](std::int64_t, const std::string&, double value) { objective = value; }, {}});
    std::printf("%.17g %.3f\n", objective, now() - begin);
    std::fflush(stdout);
  }
}

/// Workers of one process over one history.
class Search {
 public:
  Search(const Setting& setting, const std::string& sampler, std::uint64_t seed, std::int64_t trials, bool prune)
      : setting_(setting),
        sampler_(make_sampler(sampler, seed)),
        trials_(trials),
        prune_(prune),
        pruner_({.min_resource = std::max<std::int64_t>(1, setting.epochs() / 15), .reduction = 2}) {}

  void work() {
    for (;;) {
      Trial trial;
      {
        const std::lock_guard lock(mutex_);
        if (next_ == trials_) return;
        trial.number = next_++;
        trial.state = TrialState::running;
        trial.parameters = sampler_->suggest(history_, space_, trial.number).parameters;
        history_.put(trial);
      }
      const double begin = now();
      bool pruned = false;
      run_training(
          {config_of(setting_, trial), {metric}, {}}, setting_.data,
          {[&](std::int64_t step, const std::string&, double value) { pruned |= report(trial.number, step, value); },
           [&] { return pruned; }});
      finish(trial.number, pruned, now() - begin);
    }
  }

 private:
  bool report(std::int64_t number, std::int64_t step, double value) {
    const std::lock_guard lock(mutex_);
    history_.report(number, step, value);
    if (!prune_ || step >= setting_.epochs()) return false;
    const Verdict verdict = pruner_.judge(history_, history_[number]);
    for (const auto& [key, json] : verdict.system_attributes) history_.set_system_attribute(number, key, json);
    return verdict.prune;
  }

  void finish(std::int64_t number, bool pruned, double seconds) {
    const std::lock_guard lock(mutex_);
    Trial trial = history_[number];
    trial.state = pruned ? TrialState::pruned : TrialState::complete;
    const auto [epochs, value] = *trial.intermediate.rbegin();
    if (!pruned) trial.values = {value};
    std::printf("%lld %s %.17g %lld %.3f", static_cast<long long>(number), pruned ? "PRUNED" : "COMPLETE", value,
                static_cast<long long>(epochs), seconds);
    for (const Parameter& p : trial.parameters) std::printf(" %.17g", p.value);
    std::printf("\n");
    std::fflush(stdout);
    history_.put(std::move(trial));
  }

  const Setting& setting_;
  const Space space_ = space_of(function("package"));
  History history_{"search", {Direction::maximize}};
  std::unique_ptr<Sampler> sampler_;
  std::int64_t trials_, next_ = 0;
  bool prune_;
  HalvingPruner pruner_;
  std::mutex mutex_;
};

int run(int count, char** words) {
  const std::string what = count > 1 ? words[1] : "";
  if ((what != "serve" || count != 6) && (what != "search" || count != 11)) {
    std::fprintf(stderr, "see the top of bench/tune/trainings.cpp\n");
    return 2;
  }
  const Setting setting{TrainingData(words[2]), words[3], words[4], words[5]};
  setting.data.check_metrics({metric});
  if (what == "serve") return serve(setting), 0;
  const double begin = now();
  Search search(setting, words[6], std::stoull(words[7]), std::stoll(words[8]), std::string(words[10]) == "asha");
  {
    std::vector<std::jthread> workers;
    for (int w = 0; w < std::stoi(words[9]); ++w) workers.emplace_back([&] { search.work(); });
  }
  std::printf("all %.3f\n", now() - begin);
  return 0;
}

}  // namespace
}  // namespace trigloop::bench

int main(int count, char** words) {
  try {
    return trigloop::bench::run(count, words);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 1;
  }
}
