// A small training from data to bundle: the same bits for any threads, instruction set and interruption, and a bundle
// that scores as the training did.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>

#include "core/isa.hpp"
#include "core/random.hpp"
#include "io/npy/npy.hpp"
#include "model/load.hpp"
#include "score/scorer.hpp"
#include "test/support/support.hpp"
#include "test/train/packed.hpp"
#include "train/bundle.hpp"
#include "train/nodes/layers.hpp"
#include "train/trainer.hpp"

namespace trigloop::train {
namespace {

using test::small_config;
using test::write_packed;

class Training : public ::testing::Test {
 protected:
  void SetUp() override { write_packed(folder_ / "Data.h5", 1000); }
  void TearDown() override { core::force_isa(""); }

  Recipe recipe(const PackedFile& file) const {
    return build_recipe(recipe_text("Contrastive_VAE"), "Contrastive_VAE", small_config().root(), file.shape());
  }
  TrainOptions options(unsigned threads) const {
    TrainOptions out;
    out.threads = threads;
    return out;
  }
  /// All weights after a training.
  static std::vector<float> weights(const Recipe& recipe) {
    std::vector<float> all;
    for (const auto& stage : recipe.stages) {
      const Parameters& p = stage->network.parameters;
      all.insert(all.end(), p.data(), p.data() + p.size());
    }
    return all;
  }
  std::vector<float> train(const TrainOptions& how) const {
    const PackedFile file(folder_ / "Data.h5");
    Recipe made = recipe(file);
    Trainer trainer(made, file, how);
    trainer.run();
    return weights(made);
  }

  trigloop::test::TempDir folder_;
};

TEST_F(Training, HasTheSameBitsForAnyNumberOfThreadsAndEveryInstructionSet) {
  const std::vector<float> expected = train(options(1));
  for (const std::string& isa : core::usable_isas()) {
    if (isa != "avx2" && isa != "avx512" && isa != "neon") continue;
    core::force_isa(isa);
    EXPECT_EQ(train(options(1)), expected) << isa;
    EXPECT_EQ(train(options(3)), expected) << isa << ", 3 threads";
  }
}

TEST_F(Training, SharesTheCodesOfItsEventsWithOthersWhileTheyTrain) {
  const PackedFile file(folder_ / "Data.h5");
  const Quantiser eight = Quantiser::signed_bits(8, 5), ten = Quantiser::signed_bits(10, 5);
  auto codes = file.codes("Background_data/Train", eight);
  ASSERT_NE(codes, nullptr);
  EXPECT_EQ(file.codes("Background_data/Train", eight), codes);
  EXPECT_NE(file.codes("Background_data/Train", Quantiser::signed_bits(7, 5)), codes);
  EXPECT_EQ(file.codes("Background_data/Train", ten), nullptr);
  const Table rows = file.read("Background_data/Train", eight).rows;
  ASSERT_EQ(codes->rows.size(), rows.rows.size());
  EXPECT_TRUE(std::ranges::equal(codes->rows.span(), rows.rows.span(), {},
                                 [&](std::int8_t code) { return eight.step() * static_cast<float>(code); }));
  const std::weak_ptr<const Codes> watched = codes;
  codes.reset();
  EXPECT_TRUE(watched.expired());  // nobody trains on them
}

TEST_F(Training, LowersItsLosses) {
  const PackedFile file(folder_ / "Data.h5");
  Recipe made = recipe(file);
  Trainer trainer(made, file, options(2));
  trainer.run();
  for (const char* name : {"total_loss_vicreg", "total_vae_loss"}) {
    const std::vector<double>* loss = trainer.history().find(name);
    ASSERT_NE(loss, nullptr) << name;
    EXPECT_LT(loss->back(), 0.95 * loss->front()) << name;
  }
  EXPECT_EQ(trainer.history().find("raw-pure/SIGNAL")->size(), 4u);
  EXPECT_EQ(*trainer.history().find("EpochVae"), (std::vector<double>{0, 1, 2, 3}));
}

TEST_F(Training, GoesOnBitForBitAfterAKill) {
  const std::vector<float> expected = train(options(1));
  TrainOptions how = options(1);
  how.checkpoint = folder_ / "checkpoint.h5";
  how.checkpoint_seconds = 0;
  how.resume = true;
  how.identity = "this";
  int reported = 0;
  std::vector<float> found;
  for (int life = 0; life < 3; ++life) {  // killed in both stages, then left to finish
    const pid_t child = life == 2 ? -1 : ::fork();
    if (child == 0) {
      how.on_epoch = [&](const EpochReport& r) {
        if (++reported == 2 || r.epoch == 3) ::raise(SIGKILL);
      };
      (void)train(how);
      ::_exit(0);
    }
    if (child > 0) {
      int status = 0;
      ::waitpid(child, &status, 0);
      ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
      EXPECT_TRUE(std::filesystem::exists(how.checkpoint));
    } else {
      found = train(how);
    }
  }
  EXPECT_EQ(found, expected);
}

TEST_F(Training, RefusesTheCheckpointOfAnotherConfiguration) {
  TrainOptions how = options(1);
  how.checkpoint = folder_ / "checkpoint.h5";
  how.checkpoint_seconds = 0;
  how.identity = "this";
  (void)train(how);
  how.identity = "that";
  how.resume = true;
  EXPECT_THROW((void)train(how), core::Error);
}

TEST_F(Training, RefusesDamagedCheckpoints) {
  TrainOptions how = options(1);
  how.checkpoint = folder_ / "checkpoint.h5";
  how.checkpoint_seconds = 0;
  how.identity = "this";
  (void)train(how);
  how.resume = true;
  const std::string whole = trigloop::test::read_file(how.checkpoint);
  trigloop::test::write_file(how.checkpoint, whole.substr(0, whole.size() / 2));
  EXPECT_THROW((void)train(how), core::Error);
  const std::vector<double> nowhere{7, 0, 0, 0}, sums{0};
  ArrayWriter writer;
  writer.set_attribute("identity", "this");
  writer.add("loop", "place", nowhere);
  writer.add("loop", "sums", sums);
  writer.write(how.checkpoint);
  EXPECT_THROW((void)train(how), core::Error);
}

TEST_F(Training, LeavesABundleThatScoresAsTheTrainingDid) {
  const PackedFile file(folder_ / "Data.h5");
  Recipe made = recipe(file);
  Trainer trainer(made, file, options(2));
  trainer.run();
  const std::filesystem::path bundle = folder_ / "bundle";
  write_bundle(bundle, made, file, "", trainer.history());
  for (const char* name : {"model.onnx", "weights.h5", "history.h5", "normalisation.yaml", "config.yaml", "recipe.yml",
                           "bundle.json", "SHA256SUMS"})
    EXPECT_TRUE(std::filesystem::exists(bundle / name)) << name;

  // Hardware integers, and what the firmware's scaling makes of them, as the network's input.
  constexpr std::size_t events = 700;
  core::Philox random(8, 8);
  std::vector<std::int16_t> hardware(57 * events);
  Table normalised(57, events);
  for (std::size_t e = 0; e < events; ++e) {
    for (std::size_t k = 0; k < 57; ++k) {
      const auto x = static_cast<std::int16_t>(random() % 161) - 75;
      hardware[k * events + e] = static_cast<std::int16_t>(x);
      normalised.row(e)[k] = static_cast<float>(x - 5) / 16;
    }
  }
  // Normalised values of 4 fractional bits are exact in <14,6>, so nothing is rounded on the way in.
  const std::vector<double> expected = trainer.scores(normalised);
  const model::Graph graph = model::load(bundle / "model.onnx", {});
  for (const char* name : {"reference", "simd"}) {
    const auto engine = score::make_engine(graph, name);
    std::vector<std::int32_t> codes(events);
    engine->stream()->run({hardware.data(), events, events, nullptr}, codes.data());
    const model::FixedPoint type = model::score_type();
    for (std::size_t e = 0; e < events; ++e) {
      const double code =
          std::min(std::nearbyint(std::ldexp(expected[e], type.fraction())), static_cast<double>(type.max_code()));
      ASSERT_EQ(codes[e], code) << name << ", event " << e;
    }
  }
}

TEST_F(Training, TrainsTheOtherBuiltInRecipes) {
  config::Config config = small_config();
  config.set("train.VAE_V4.batch_size", "250");
  config.set("train.VAE_V4.n_epochs", "3");
  config.set("train.VAE_V4.optimiser_config.learning_rate", "0.003");
  config.set("lr_schedule.VAE_V4.config.warmup_epochs", "1");
  config.set("train.Contrastive_VAE.epochs_contrastive", "8");
  const PackedFile file(folder_ / "Data.h5");
  for (const char* name : {"VAE_V4", "Classes"}) {
    std::vector<std::vector<float>> found;
    for (const unsigned threads : {1u, 2u}) {
      Recipe made = build_recipe(recipe_text(name), name, config.root(), file.shape());
      Trainer trainer(made, file, options(threads));
      trainer.run();
      found.push_back(weights(made));
      const std::vector<double>* loss = trainer.history().find(made.supervised ? "loss" : "TotalLossVae");
      ASSERT_NE(loss, nullptr) << name;
      EXPECT_LT(loss->back(), loss->front()) << name;
      EXPECT_TRUE(!made.supervised || trainer.history().find("accuracy")->back() > 90) << name;
      write_bundle(folder_ / name, made, file, "", trainer.history());
      EXPECT_EQ(model::load((folder_ / name) / "model.onnx", {}).output().output.features(), made.supervised ? 2u : 1u);
    }
    EXPECT_EQ(found[0], found[1]) << name;
  }
}

TEST_F(Training, NothingTrainsOnABlindSignalSet) {
  const std::vector<float> zeros(500 * 57);
  const event::ColumnView data{event::Type::float32, false, 57, reinterpret_cast<const std::byte*>(zeros.data()),
                               zeros.size(),         {}};
  {
    io::hdf5::Writer writer(folder_ / "roles.h5");
    std::vector<std::size_t> tables;
    for (const char* group : {"Background_data/Train", "Background_data/Test", "Signal_data/A", "Signal_data/B"})
      tables.push_back(writer.add_table({group, "", {{"DATA", event::Type::float32, {19, 3}, ""}}}));
    const std::vector<double> ones(57, 1.0);
    const event::ColumnView norm{
        event::Type::float64, false, 3, reinterpret_cast<const std::byte*>(ones.data()), 57, {}};
    const std::size_t table = writer.add_table(
        {"Normalisation",
         "",
         {{"norm_scale", event::Type::float64, {3}, ""}, {"norm_bias", event::Type::float64, {3}, ""}}});
    for (const std::size_t one : tables) writer.append(one, {0, 500, {data}});
    writer.append(table, {0, 19, {norm, norm}});
    writer.set_attribute("Signal_data/B", "role", "blind");
    writer.commit();
  }
  const PackedFile file(folder_ / "roles.h5");
  Recipe made = build_recipe(recipe_text("Classes"), "Classes", small_config().root(), file.shape());
  try {
    Trainer(made, file, options(1)).run();
    FAIL() << "trained on a blind set";
  } catch (const core::Error& e) {
    EXPECT_NE(std::string(e.what()).find("signal set 'B' is blind"), std::string::npos) << e.what();
  }
}

TEST_F(Training, StartsFromTheWeightsOfABundle) {
  const PackedFile file(folder_ / "Data.h5");
  Recipe trained = recipe(file);
  Trainer trainer(trained, file, options(1));
  trainer.run();
  write_bundle(folder_ / "bundle", trained, file, "", trainer.history());
  Recipe fresh = recipe(file);
  EXPECT_NE(weights(fresh), weights(trained));
  load_weights(folder_ / "bundle", fresh);
  EXPECT_EQ(weights(fresh), weights(trained));
}

TEST_F(Training, NamesWhatIsNotFinite) {
  const PackedFile file(folder_ / "Data.h5");
  Recipe made = recipe(file);
  Parameters& p = made.stages[0]->network.parameters;
  p.data(0)[3] = std::numeric_limits<float>::quiet_NaN();
  Trainer trainer(made, file, options(1));
  try {
    trainer.run();
    FAIL();
  } catch (const core::Error& e) {
    EXPECT_NE(std::string(e.what()).find("embedding_0/kernel"), std::string::npos) << e.what();
    EXPECT_NE(std::string(e.what()).find("step 0"), std::string::npos) << e.what();
    EXPECT_NE(std::string(e.what()).find("contrastive"), std::string::npos) << e.what();
  }
}

}  // namespace
}  // namespace trigloop::train
