// Workers on studies of small shell commands.
#include "tune/run/worker.hpp"

#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <thread>

#include "core/error.hpp"
#include "test/support/support.hpp"
#include "tune/run/patient_storage.hpp"
#include "tune/run/process.hpp"
#include "tune/run/summary.hpp"

namespace trigloop::tune {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

class Workers : public testing::Test {
 protected:
  StudyFile study(const std::string& command, const std::string& more = "trials: 6\n") {
    test::write_file(dir_ / "s.yml",
                     "name: s\nsampler: random\nmetric: loss\nspace: {x: {low: 0, high: 1}}\ncommand: '" + command +
                         "'\nheartbeat: 0.2\ngrace: 1\n" + more);
    return read_study(dir_ / "s.yml");
  }
  std::unique_ptr<Storage> open(const StudyFile& study) const {
    return open_storage(study.storage, {"s", study.directions()});
  }
  static Launch launch(const StudyFile& study) {
    return [&study](const Trial& trial, unsigned) { return std::make_unique<Process>(study, trial, ""); };
  }
  static Worker::Ended work(const StudyFile& study, Storage& storage, WorkerOptions options) {
    return Worker(storage, study, launch(study), std::move(options)).run();
  }
  const fs::path& folder() const { return dir_.path(); }

 private:
  test::TempDir dir_;
};

TEST_F(Workers, RunAllTrialsAndKeepWhatTheySay) {
  const StudyFile s = study("echo 1 loss 5; echo noise; echo 2 loss $TUNE_x");
  const auto storage = open(s);
  EXPECT_EQ(work(s, *storage, {.slots = 3}), Worker::Ended::done);
  ASSERT_EQ(storage->history().size(), 6u);
  for (std::int64_t i = 0; i < 6; ++i) {
    const Trial& trial = storage->history()[i];
    EXPECT_EQ(trial.state, TrialState::complete);
    EXPECT_EQ(trial.values.at(0), trial.parameters.at(0).value);  // through the environment and back, to the last bit
    EXPECT_EQ(trial.intermediate.at(1), 5);
  }
  EXPECT_EQ(work(s, *storage, {.slots = 3}), Worker::Ended::done);  // all are there: nothing is done
  EXPECT_EQ(storage->history().size(), 6u);
}

TEST_F(Workers, ReadMetricsFromAFile) {
  const StudyFile s = study("echo \"{\\\"loss\\\": 0.5}\" > $TUNE_FOLDER/m.txt", "trials: 2\nmetrics_file: m.txt\n");
  const auto storage = open(s);
  work(s, *storage, {});
  EXPECT_EQ(storage->history()[1].values, std::vector<double>{0.5});
}

TEST_F(Workers, PruneWhatIsBad) {
  const StudyFile s = study("for i in 1 2 3 4 5 6; do echo $i loss $TUNE_TRIAL; sleep 0.3; done",
                            "trials: 8\npruner: {name: median, startup: 2}\n");
  const auto storage = open(s);
  work(s, *storage, {.slots = 4});
  const Progress progress = Tally(8).look(storage->history());
  EXPECT_EQ(progress.complete + progress.pruned, 8);
  EXPECT_GT(progress.pruned, 0);
  EXPECT_EQ(progress.best, 0);
}

TEST_F(Workers, TryFailedTrialsAgainThenGiveUp) {
  const StudyFile once =
      study("test -e $TUNE_FOLDER/before && echo 1 loss 1 || { touch $TUNE_FOLDER/before; exit 3; }");
  const auto storage = open(once);
  work(once, *storage, {.slots = 2});
  EXPECT_EQ(Tally(6).look(storage->history()).complete, 6);
  EXPECT_EQ(storage->history().size(), 6u);  // under the same numbers
  EXPECT_EQ(storage->history()[0].user_attributes.at("error"), "\"exit code 3\"");
}

TEST_F(Workers, DoNotTryAgainWhatIsNoNumber) {
  const StudyFile s =
      study("echo 1 loss nan; echo x >> $TUNE_FOLDER/../tries; test $TUNE_TRIAL -lt 2 || echo 2 loss 1");
  const auto storage = open(s);
  work(s, *storage, {});
  const Progress progress = Tally(6).look(storage->history());
  EXPECT_EQ(progress.complete, 6);
  EXPECT_EQ(progress.failed, 2);
  EXPECT_EQ(test::read_file(s.folder / "tries").size(), 2u * 8);
}

TEST_F(Workers, EndWhenNothingEverWorks) {
  const StudyFile s = study("exit 4");
  const auto storage = open(s);
  EXPECT_THROW(work(s, *storage, {.slots = 2}), core::Error);
}

TEST_F(Workers, StopInGoodOrderAndGoOnWithTheSameTrials) {
  const StudyFile s = study(
      "trap \"s=1\" TERM; n=$(cat $TUNE_FOLDER/at 2>/dev/null || echo 0); while test $n -lt 8; do n=$((n+1)); "
      "echo $n loss $n; echo $n > $TUNE_FOLDER/at; sleep 0.1; test -z \"$s\" -o $n = 8 || exit 85; done",
      "trials: 4\n");
  const auto storage = open(s);
  const auto start = std::chrono::steady_clock::now();
  const auto ended = work(
      s, *storage, {.slots = 4, .asked_to_stop = [&] { return std::chrono::steady_clock::now() - start > 400ms; }});
  EXPECT_EQ(ended, Worker::Ended::stopped);
  EXPECT_EQ(storage->history().waiting().size(), 4u);
  work(s, *storage, {.slots = 4});
  EXPECT_EQ(storage->history().size(), 4u);
  for (std::int64_t i = 0; i < 4; ++i) {
    EXPECT_EQ(storage->history()[i].values, std::vector<double>{8});
    EXPECT_EQ(storage->history()[i].intermediate.size(), 8u);
    const std::string log = test::read_file(s.folder / std::to_string(i) / "log.txt");
    for (int step = 1; step <= 8; ++step) {  // it went on, and did no step twice
      const std::string line = std::to_string(step) + " loss " + std::to_string(step) + "\n";
      EXPECT_NE(log.find(line), log.npos);
      EXPECT_EQ(log.find(line), log.rfind(line));
    }
  }
}

TEST_F(Workers, StandStillWithinASecondAndGoOn) {
  const StudyFile s = study("for i in $(seq 200); do echo $i loss 1; sleep 0.02; done", "trials: 1\n");
  const auto storage = open(s);
  const fs::path pause = folder() / "pause";
  std::thread owner([&] {
    std::this_thread::sleep_for(600ms);
    test::write_file(pause, "");
    std::this_thread::sleep_for(1s);
    const auto before = fs::file_size(s.folder / "0/log.txt");
    std::this_thread::sleep_for(1s);
    EXPECT_EQ(fs::file_size(s.folder / "0/log.txt"), before);
    fs::remove(pause);
  });
  work(s, *storage, {.pause_file = pause});
  owner.join();
  EXPECT_EQ(storage->history()[0].state, TrialState::complete);
}

TEST_F(Workers, TakeOverFromTheDeadAndLoseTheirOwnToOthersCleanly) {
  const StudyFile s = study("sleep 0.5; echo 1 loss 1", "trials: 3\n");
  {
    const auto storage = open(s);  // a worker that died: an owner, one sign of life, and none since
    Trial orphan;
    orphan.state = TrialState::running;
    orphan.system_attributes[owner_key] = "\"dead\"";
    storage->update({op::Create{orphan}});
  }
  std::vector<std::thread> workers;
  for (int i = 0; i < 2; ++i)
    workers.emplace_back([&] {
      const auto storage = open(s);
      work(s, *storage, {});
    });
  for (std::thread& worker : workers) worker.join();
  const auto storage = open(s);
  EXPECT_EQ(storage->history().size(), 3u);
  EXPECT_EQ(Tally(3).look(storage->history()).complete, 3);
  EXPECT_EQ(storage->history()[0].user_attributes.at("error"), "\"its worker died\"");
}

/// Its disk is full at the third writing, and twice more.
class FullOnce final : public Storage {
 public:
  explicit FullOnce(Storage& storage) : storage_(storage) {}
  const StudySummary& study() const override { return storage_.study(); }
  const History& history() const override { return storage_.history(); }
  void refresh() override { storage_.refresh(); }
  void update(const Decide& decide) override {
    ++writings;
    storage_.update([&](const History& history) {
      std::vector<Operation> all = decide(history);  // as a storage does: what fails is the writing
      if (writings >= 3 && writings <= 5)
        throw core::Error(core::ErrorCode::output, "No space left on device").cause(ENOSPC);
      return all;
    });
  }
  void set_study_attribute(op::Scope, const std::string&, const std::string&) override {}
  std::vector<std::int64_t> stale(double grace) override { return storage_.stale(grace); }
  const std::vector<std::string>& warnings() const override { return storage_.warnings(); }
  int writings = 0;

 private:
  Storage& storage_;
};

TEST_F(Workers, WaitForSpaceOnAFullDisk) {
  const StudyFile s = study("echo 1 loss {x}", "trials: 4\n");
  const auto storage = open(s);
  FullOnce full(*storage);
  int waits = 0;
  PatientStorage patient(full, {[] { return false; }, [&](const std::string&) { ++waits; }, 10ms});
  work(s, patient, {});
  EXPECT_EQ(waits, 1);
  ASSERT_EQ(storage->history().size(), 4u);
  for (std::int64_t i = 0; i < 4; ++i) EXPECT_EQ(storage->history()[i].state, TrialState::complete);
  FullOnce still_full(*storage);
  still_full.writings = 2;
  PatientStorage asked(still_full, {[] { return true; }, [](const std::string&) {}, 10ms});
  EXPECT_THROW(asked.update(std::vector<Operation>()), core::Error) << "who is asked to stop waits no longer";
}

TEST_F(Workers, ManyAtOnceMakeEachTrialOnce) {
  const StudyFile s = study("echo 1 loss $TUNE_x; echo $TUNE_TRIAL >> $TUNE_FOLDER/../all", "trials: 40\n");
  std::vector<std::thread> workers;
  for (int i = 0; i < 4; ++i)
    workers.emplace_back([&] {
      const auto storage = open(s);
      work(s, *storage, {.slots = 2});
    });
  for (std::thread& worker : workers) worker.join();
  const auto storage = open(s);
  EXPECT_EQ(storage->history().size(), 40u);
  EXPECT_EQ(Tally(40).look(storage->history()).complete, 40);
  std::ifstream all(s.folder / "all");
  std::multiset<int> numbers;
  for (int number; all >> number;) numbers.insert(number);
  EXPECT_EQ(numbers.size(), 40u);
  std::set<double> values;
  for (std::int64_t i = 0; i < 40; ++i) values.insert(storage->history()[i].parameters.at(0).value);
  EXPECT_EQ(values.size(), 40u);  // nobody suggested what another did
}

TEST_F(Workers, ShowStudiesAsTables) {
  const StudyFile s = study("echo 1 loss $TUNE_x", "trials: 2\n");
  const auto storage = open(s);
  work(s, *storage, {});
  const std::string csv = trials_csv(storage->history(), {"loss"});
  EXPECT_EQ(csv.substr(0, csv.find('\n')), "number,state,loss,x");
  EXPECT_EQ(std::ranges::count(csv, '\n'), 3);
  EXPECT_EQ(best_trials(storage->history()).size(), 1u);
}

}  // namespace
}  // namespace trigloop::tune
