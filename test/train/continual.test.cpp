// Learning on from a deployed model: older eras among the events, and what is told of forgetting.
#include "train/continual.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>

#include "io/hdf5/hdf5.hpp"
#include "test/support/support.hpp"
#include "test/train/packed.hpp"
#include "train/bundle.hpp"
#include "train/keras.hpp"

namespace trigloop::train {
namespace {

class ContinualTraining : public ::testing::Test {
 protected:
  void SetUp() override {
    test::write_packed(folder_ / "new.h5", 900);
    test::write_packed(folder_ / "old.h5", 700);
  }
  Recipe recipe(const PackedFile& file, const char* name = "Contrastive_VAE") const {
    return build_recipe(recipe_text(name), name, test::small_config().root(), file.shape());
  }
  static std::vector<float> weights(const Recipe& recipe) {
    std::vector<float> all;
    for (const auto& stage : recipe.stages) {
      const Parameters& p = stage->network.parameters;
      all.insert(all.end(), p.data(), p.data() + p.size());
    }
    return all;
  }
  std::vector<float> train(unsigned threads, std::vector<const PackedFile*> replay, TrainOptions options = {}) const {
    const PackedFile file(folder_ / "new.h5");
    Recipe made = recipe(file);
    options.threads = threads;
    options.replay = std::move(replay);
    Trainer trainer(made, file, std::move(options));
    trainer.run();
    return weights(made);
  }

  trigloop::test::TempDir folder_;
};

TEST_F(ContinualTraining, KerasFilesGiveTheWeightsOfTheLayersThatTheyHold) {
  const PackedFile file(folder_ / "new.h5");
  Recipe trained = recipe(file);
  Trainer(trained, file, {}).run();
  bundle::write_build(folder_ / "build.h5", *keras_model(trained));
  Recipe fresh = recipe(file);
  const std::vector<std::string> anew = load_keras(folder_ / "build.h5", fresh);
  EXPECT_EQ(anew, (std::vector<std::string>{"projection_0", "projection_1", "projection_2", "log_variance_0"}));
  for (std::size_t s = 0; s < fresh.stages.size(); ++s) {
    const Parameters &a = trained.stages[s]->network.parameters, &b = fresh.stages[s]->network.parameters;
    for (std::size_t k = 0; k < a.list().size(); ++k) {
      const std::string layer = a[k].name.substr(0, a[k].name.find('/'));
      if (layer.starts_with("projection") || layer == "log_variance_0") continue;
      EXPECT_TRUE(std::equal(a.data(k), a.data(k) + a[k].size(), b.data(k))) << a[k].name;
    }
  }
  Recipe other = recipe(file, "VAE_V4");
  EXPECT_THROW(load_keras(folder_ / "build.h5", other), core::Error);
  EXPECT_THROW(load_keras(folder_ / "new.h5", fresh), core::Error) << "a packed file has no layers";
}

TEST_F(ContinualTraining, EventsAreScaledAsTheModelExpects) {
  const PackedFile own(folder_ / "old.h5");
  model::Normalisation other = own.normalisation();
  for (std::size_t k = 0; k < other.scale.size(); ++k) other.scale[k] = k % 2 == 0 ? 8 : 32, other.bias[k] = 3;
  const PackedFile scaled(folder_ / "old.h5", other);
  const Quantiser none;
  const Table a = own.read("Background_data/Train", none).rows, b = scaled.read("Background_data/Train", none).rows;
  for (std::size_t e = 0; e < a.events; ++e)
    for (std::size_t k = 0; k < a.features; ++k)
      ASSERT_EQ(a.row(e)[k] * 16 + 5, b.row(e)[k] * static_cast<float>(other.scale[k]) + 3) << e << " " << k;
  other.scale.pop_back(), other.bias.pop_back();
  EXPECT_THROW((PackedFile(folder_ / "old.h5", other)), core::Error);
}

TEST_F(ContinualTraining, AShareOfOlderErasIsTrainedOn) {
  const PackedFile file(folder_ / "new.h5"), old(folder_ / "old.h5");
  for (const auto& [share, events] : {std::pair{0.25, 1200u}, {0.0, 900u}, {0.9, 1600u}}) {  // 0.9: all that there are
    Recipe made = recipe(file);
    TrainOptions options;
    options.replay = {&old};
    options.replay_share = share;
    Trainer trainer(made, file, options);
    trainer.run();
    EXPECT_EQ(made.stages[0]->table.events, events) << share;
    EXPECT_EQ(made.stages[1]->table.events, events) << share;
  }
  EXPECT_NE(train(1, {&old}), train(1, {}));
  EXPECT_EQ(train(1, {&old}), train(3, {&old}));
}

TEST_F(ContinualTraining, ColumnsToLearnComeFromTheSameEvents) {
  const PackedFile file(folder_ / "new.h5"), old(folder_ / "old.h5");
  std::string text = recipe_text("Regression");
  text.replace(text.find("epochs: 30"), 10, "epochs: 1");
  Recipe made = build_recipe(text, "test", test::small_config().root(), file.shape());
  TrainOptions options;
  options.replay = {&old};
  Trainer trainer(made, file, options);
  trainer.run();
  const Table& ht = made.stages[0]->targets[0]->table;
  const std::vector<float> own = file.read_column("Background_data/Train", "HT"),
                           older = old.read_column("Background_data/Train", "HT");
  ASSERT_EQ(ht.events, made.stages[0]->table.events);
  ASSERT_EQ(ht.events, 1285u);  // 900 and 30 % of all
  for (std::size_t e = 0; e < 900; ++e) EXPECT_EQ(ht.row(e)[0], own[e] / 16);
  for (std::size_t e = 900; e < ht.events; ++e)
    EXPECT_NE(std::ranges::find(older, ht.row(e)[0] * 16), older.end()) << e;
}

TEST_F(ContinualTraining, RecipesThatTrainOnSignalsTakeNoOlderEras) {
  const PackedFile file(folder_ / "new.h5"), old(folder_ / "old.h5");
  Recipe made = recipe(file, "Classes");
  TrainOptions options;
  options.replay = {&old};
  EXPECT_THROW(Trainer(made, file, options).run(), core::Error);
}

TEST_F(ContinualTraining, GoesOnBitForBitAfterAKill) {
  const PackedFile old(folder_ / "old.h5");
  const std::vector<float> expected = train(1, {&old});
  TrainOptions how;
  how.checkpoint = folder_ / "checkpoint.h5";
  how.checkpoint_seconds = 0;
  how.resume = true;
  how.identity = "this";
  const pid_t child = ::fork();
  if (child == 0) {
    how.on_epoch = [&](const EpochReport& r) {
      if (r.epoch == 2) ::raise(SIGKILL);
    };
    (void)train(1, {&old}, how);
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
  EXPECT_EQ(train(1, {&old}, how), expected);
}

TEST_F(ContinualTraining, AModelThatDidNotChangeForgotNothingAndTakesTheSameEvents) {
  test::write_packed(folder_ / "many.h5", 60000);
  const PackedFile file(folder_ / "many.h5");
  Recipe before = recipe(file), after = recipe(file), other = recipe(file);
  Parameters& p = other.stages[0]->network.parameters;
  for (std::size_t k = 0; k < p.size(); k += 3) p.data()[k] *= -1;
  Trainer a(before, file, {}), b(after, file, {}), c(other, file, {});
  const std::vector<Era> same = compare_on_eras({&a, &before, {&file}}, {&b, &after, {&file}});
  ASSERT_EQ(same.size(), 1u);
  ASSERT_EQ(same[0].rates.size(), 2u);
  EXPECT_EQ(same[0].rates[1].sets[0].set, "background");
  EXPECT_GT(same[0].rates[1].sets[0].before.count, 0u);
  for (const ComparedRate& at : same[0].rates) {
    EXPECT_EQ(at.before, at.after);
    for (const Compared& set : at.sets) {
      EXPECT_EQ(set.before.count, set.after.count) << set.set;
      EXPECT_EQ(set.kept.count, set.kept.total) << set.set;
    }
  }
  const std::vector<Era> changed = compare_on_eras({&a, &before, {&file}}, {&c, &other, {&file}});
  EXPECT_LT(changed[0].rates[1].sets[0].kept.count, changed[0].rates[1].sets[0].kept.total);
  EXPECT_NE(as_text(changed).find("too few background events"), std::string::npos);  // for 50 Hz
}

TEST_F(ContinualTraining, BlindSetsAreNotLookedAt) {
  const PackedFile file(folder_ / "new.h5");
  const std::vector<float> zeros(300 * 57);
  {
    const event::ColumnView data{event::Type::float32, false, 57, reinterpret_cast<const std::byte*>(zeros.data()),
                                 zeros.size(),         {}};
    const std::vector<double> ones(57, 1.0);
    const event::ColumnView norm{
        event::Type::float64, false, 3, reinterpret_cast<const std::byte*>(ones.data()), 57, {}};
    io::hdf5::Writer writer(folder_ / "roles.h5");
    std::vector<std::size_t> tables;
    for (const char* group : {"Background_data/Train", "Background_data/Test", "Signal_data/A", "Signal_data/B"})
      tables.push_back(writer.add_table({group, "", {{"DATA", event::Type::float32, {19, 3}, ""}}}));
    const std::size_t table = writer.add_table(
        {"Normalisation",
         "",
         {{"norm_scale", event::Type::float64, {3}, ""}, {"norm_bias", event::Type::float64, {3}, ""}}});
    for (const std::size_t one : tables) writer.append(one, {0, 300, {data}});
    writer.append(table, {0, 19, {norm, norm}});
    writer.set_attribute("Signal_data/B", "role", "blind");
    writer.commit();
  }
  const PackedFile roles(folder_ / "roles.h5");
  Recipe made = recipe(roles);
  TrainOptions options;
  options.threads = 2;
  Trainer trainer(made, roles, options);
  trainer.run();
  EXPECT_NE(trainer.history().find("raw-pure/A"), nullptr);
  EXPECT_EQ(trainer.history().find("raw-pure/B"), nullptr);
  const std::vector<Era> eras = compare_on_eras({&trainer, &made, {&roles}}, {&trainer, &made, {&roles}});
  for (const Compared& set : eras[0].rates[0].sets) EXPECT_NE(set.set, "B");
}

}  // namespace
}  // namespace trigloop::train
