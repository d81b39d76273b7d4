// bench_train: trigloop's side of the training benchmark. It answers one command a line, so that bench/train/run can
// time it and its peer in turn.
//
// usage: bench_train            then on standard input, each answered by a line of JSON:
//
//     steps STAGE ISA THREADS       steps of a stage ("contrastive", "vae") of the built-in Contrastive_VAE
//     many STAGE ISA TRAININGS THREADS    independent trainings, each on one thread
//     product ISA                   the rate of the kernel of products alone, from the first-level cache
//
// Events are random codes in the range of the data's type; 200,000 of them. All instruction sets and numbers of threads
// must have given the same weights before anything is timed.
#include <chrono>
#include <ctime>
#include <functional>
#include <iostream>
#include <sstream>
#include <thread>

#include "config/config.hpp"
#include "core/error.hpp"
#include "core/isa.hpp"
#include "core/random.hpp"
#include "core/sha256.hpp"
#include "train/engine/initialise.hpp"
#include "train/nodes/layers.hpp"
#include "train/nodes/losses.hpp"
#include "train/recipe/recipe.hpp"

namespace {

using namespace trigloop;
using namespace trigloop::train;
using Clock = std::chrono::steady_clock;

constexpr std::size_t table_events = 200'000;

struct Time {
  double wall = 0, cpu = 0;
};

Time timed(const std::function<void()>& work) {
  const auto cpu = [] {
    timespec t{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
  };
  const auto start = Clock::now();
  const double cpu_start = cpu();
  work();
  return {std::chrono::duration<double>(Clock::now() - start).count(), cpu() - cpu_start};
}

Table random_events(std::size_t features) {
  Table table(features, table_events);
  core::Philox random(7, 7);
  for (std::size_t e = 0; e < table_events; ++e)
    for (std::size_t k = 0; k < features; ++k) table.row(e)[k] = static_cast<float>(random() % 33) / 4 - 4;
  return table;
}

/// One copy for all trainings, as those of a search have that read the same file.
std::shared_ptr<const Codes> shared_codes(std::size_t features, float step) {
  static const std::shared_ptr<const Codes> codes = codes_of(random_events(features), step);
  return codes;
}

/// A stage with its data, ready to step.
class Training {
 public:
  Training(const std::string& stage, unsigned threads) : team_(threads) {
    DataShape shape{
        {std::vector<double>(57, 16.0), std::vector<double>(57, 8.0), axol1tl_phi_bins(), axol1tl_eta_units()}, 57, 0};
    recipe_ = build_recipe(recipe_text("Contrastive_VAE"), "Contrastive_VAE", config::Config::master().root(), shape);
    stage_ = &recipe_.stage(stage);
    if (stage_->input == "data")
      stage_->feed->take(shared_codes(stage_->table.features, recipe_.data.step()));
    else
      stage_->table = random_events(stage_->table.features);
    program_ = std::make_unique<Program>(stage_->network, stage_->batch, stage_->views, team_);
    optimiser_ = std::make_unique<Optimiser>(stage_->optimiser, stage_->network.parameters.size());
    stage_->feed->set_order(&order_);
  }

  void run(std::size_t steps) {
    for (std::size_t k = 0; k < steps; ++k, ++number_) {
      const std::uint64_t batch = number_ % (table_events / stage_->batch);
      program_->step({number_, stage_->seed, stage_->batch, stage_->views, batch * stage_->batch});
      optimiser_->update(stage_->network.parameters, program_->gradients(), 1e-4);
    }
  }
  std::size_t batch() const { return stage_->batch; }

  /// Operations of products and covariances an event.
  std::size_t flop() const { return 2 * program_->multiply_adds(); }
  std::string fingerprint() const {
    const Parameters& p = stage_->network.parameters;
    return core::sha256_hex({reinterpret_cast<const char*>(p.data()), p.size() * sizeof(float)});
  }

 private:
  Team team_;
  Recipe recipe_;
  Stage* stage_ = nullptr;
  std::unique_ptr<Program> program_;
  std::unique_ptr<Optimiser> optimiser_;
  Permutation order_{table_events, 1, 1};
  std::uint64_t number_ = 0;
};

std::vector<std::string> isas() {
  std::vector<std::string> names;
  for (const std::string& name : core::usable_isas())
    if (name == "avx2" || name == "avx512" || name == "neon") names.push_back(name);
  return names;
}

void compare() {
  for (const char* stage : {"contrastive", "vae"}) {
    std::string expected;
    for (const std::string& isa : isas()) {
      for (const unsigned threads : {1u, 2u}) {
        core::force_isa(isa);
        Training training(stage, threads);
        training.run(3);
        if (expected.empty()) expected = training.fingerprint();
        if (training.fingerprint() != expected)
          throw core::Error(core::ErrorCode::internal, isa + " gives other weights than the others");
      }
    }
  }
}

void report(double events, const Time& time, std::size_t flop) {
  std::cout << "{\"events\":" << events << ",\"seconds\":" << time.wall << ",\"cpu\":" << time.cpu
            << ",\"flop\":" << flop << "}" << std::endl;
}

std::size_t steps_of(const std::string& stage) { return stage == "vae" ? 2000 : 200; }

void steps(const std::string& stage, unsigned threads) {
  Training training(stage, threads);
  training.run(4);
  const std::size_t n = steps_of(stage);
  report(static_cast<double>(n * training.batch()), timed([&] { training.run(n); }), training.flop());
}

void many(const std::string& stage, std::size_t count, unsigned threads) {
  std::vector<std::unique_ptr<Training>> trainings;
  for (std::size_t k = 0; k < count; ++k) trainings.push_back(std::make_unique<Training>(stage, 1));
  const auto run_all = [&](std::size_t n) {
    std::vector<std::thread> workers;
    for (unsigned t = 0; t < threads; ++t)
      workers.emplace_back([&, t] {
        for (std::size_t k = t; k < count; k += threads) trainings[k]->run(n);
      });
    for (std::thread& worker : workers) worker.join();
  };
  run_all(4);  // as one training is warmed: a real one takes thousands of steps
  const std::size_t n = steps_of(stage);
  const Time time = timed([&] { run_all(n); });
  report(static_cast<double>(n * count * trainings[0]->batch()), time, trainings[0]->flop());
}

void product() {
  Floats a, b, c;
  make_zeros(a, 40 * 48);
  make_zeros(b, 40 * feature_stride);
  make_zeros(c, 40 * feature_stride);
  const kernel::Product p{40, 40, block_events, {a.data(), 1, 48}, b.data(), nullptr, c.data()};
  constexpr std::size_t repeats = 20'000;
  const Time time = timed([&] {
    for (std::size_t k = 0; k < repeats; ++k) kernel::multiply(p);
  });
  report(static_cast<double>(repeats * block_events), time, 2 * 40 * 40);
}

void answer(const std::string& line) {
  std::istringstream words(line);
  std::string verb, stage, isa;
  unsigned first = 1, second = 1;
  words >> verb;
  if (verb != "product") words >> stage;
  words >> isa >> first >> second;
  core::force_isa(isa);
  if (verb == "steps") return steps(stage, first);
  if (verb == "many") return many(stage, first, second);
  if (verb == "product") return product();
  throw core::Error(core::ErrorCode::usage, "no command '" + verb + "'");
}

}  // namespace

int main() {
  try {
    compare();
    std::cout << "{\"isas\":[";
    for (const char* comma = ""; const std::string& isa : isas()) {
      std::cout << comma << '"' << isa << '"';
      comma = ",";
    }
    std::cout << "]}" << std::endl;
    for (std::string line; std::getline(std::cin, line);) answer(line);
  } catch (const core::Error& e) {
    std::cerr << "bench_train: " << e.what() << '\n';
    return static_cast<int>(e.code());
  }
}
