// What recipes can say: types of layers, targets, pruning, trained bits and their cost.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "core/isa.hpp"
#include "model/load.hpp"
#include "test/support/support.hpp"
#include "test/train/packed.hpp"
#include "train/bundle.hpp"
#include "train/nodes/layers.hpp"
#include "train/trainer.hpp"

namespace trigloop::train {
namespace {

/// A recipe of one stage around these pieces.
std::string recipe_of(const std::string& stage, const std::string& score) {
  return "trigloop_recipe: 1\nname: Test\nquantisers: {data: '[8, 5]', kernel: '[6, 2]', bias: '[10, 6]', activation: "
         "'[10, 6]'}\nstages:\n  - name: s\n    epochs: '6'\n    batch: '200'\n    optimiser: {kind: adam, "
         "learning_rate: '0.01'}\n" +
         stage + "score: {stage: s, " + score + "}\n";
}

const std::string pruned_stage =
    "    network:\n"
    "      - {dense: a, nodes: '[20, 8]', quantised: true, activation: quantised_relu, last: activated, bits: "
    "trained}\n"
    "      - {dense: b, from: a, nodes: '57', quantised: true}\n"
    "    loss:\n"
    "      - {squared: b, target: input, name: rebuilt}\n"
    "      - {ebops: [a], weight: '1e-5'}\n"
    "    prune: {layers: [b, a_1], sparsity: '0.6', begin: '1', end: '4'}\n"
    "    history: {ebops: ebops, rebuilt: rebuilt}\n";

class RecipeParts : public ::testing::Test {
 protected:
  void SetUp() override {
    test::write_packed(folder_ / "Data.h5", 1000);
    file_.emplace(folder_ / "Data.h5");
  }
  void TearDown() override { core::force_isa(""); }

  Recipe build(const std::string& text, const config::Config& config = config::Config::master()) const {
    return build_recipe(text, "test", config.root(), file_->shape());
  }
  std::vector<float> train(const std::string& text, TrainOptions options) const {
    Recipe recipe = build(text);
    Trainer trainer(recipe, *file_, std::move(options));
    trainer.run();
    const Parameters& p = recipe.stages[0]->network.parameters;
    return {p.data(), p.data() + p.size()};
  }
  static TrainOptions with(unsigned threads) {
    TrainOptions options;
    options.threads = threads;
    return options;
  }
  static const Dense& dense(const Recipe& recipe, const std::string& name) {
    for (const auto& node : recipe.stages[0]->network.nodes())
      if (node->name == name) return dynamic_cast<const Dense&>(*node);
    throw std::runtime_error(name);
  }
  void expect_refused(const std::string& text, const std::string& part, const config::Config& config) const {
    try {
      (void)build(text, config);
      FAIL() << text;
    } catch (const core::Error& e) {
      EXPECT_NE(std::string(e.what()).find(part), std::string::npos) << e.what();
    }
  }

  trigloop::test::TempDir folder_;
  std::optional<PackedFile> file_;
};

TEST_F(RecipeParts, EachLayerHasTheTypesThatAreSaidNearest) {
  const std::string text = recipe_of(
      "    network:\n"
      "      - {dense: a, nodes: '[20, 8, 4]', quantised: true, activation: quantised_relu, last: activated, bias: "
      "'[8, "
      "4]', widths: [{kernel: '[4, 1]'}, {}, {activation: '[6, 3]'}]}\n"
      "    loss: [{expression: 'a^2'}]\n",
      "output: a");
  config::Config config = config::Config::master();
  config.set("layer_bits", "{s.a_1: {kernel: [3, 0]}}");
  const Recipe recipe = build(text, config);
  EXPECT_EQ(dense(recipe, "a_0").options().kernel, Quantiser::signed_bits(4, 1));
  EXPECT_EQ(dense(recipe, "a_1").options().kernel, Quantiser::signed_bits(3, 0));
  EXPECT_EQ(dense(recipe, "a_2").options().kernel, Quantiser::signed_bits(6, 2));
  EXPECT_EQ(dense(recipe, "a_2").options().bias, Quantiser::signed_bits(8, 4));
  const auto* last = dynamic_cast<const Activation*>(recipe.stages[0]->network.nodes()[6].get());
  ASSERT_NE(last, nullptr);
  EXPECT_EQ(last->quantiser(), Quantiser::unsigned_relu(6, 3));
  config.set("layer_bits", "{s.a_7: {kernel: [3, 0]}}");
  expect_refused(text, "Did you mean 's.a_", config);
  config.set("layer_bits", "{s.a_1: {kernel: [30, 0]}}");
  expect_refused(text, "2 to 24 bits", config);
}

TEST_F(RecipeParts, RisingFirstWeightsAreHalvesWithoutSignsForMomentaAndZeroForDirections) {
  const auto text = [](const std::string& option) {
    return recipe_of("    network:\n      - {dense: a, nodes: '[20, 8]', quantised: true, activation: quantised_relu" +
                         option + "}\n      - {dense: b, from: a, nodes: '57', quantised: true}\n" +
                         "    loss: [{squared: b, target: input}]\n",
                     "output: a");
  };
  const Recipe usual = build(text("")), rising = build(text(", first_weights: rising"));
  std::size_t negative = 0;
  for (const std::string layer : {"a_0", "a_1", "b_0"}) {
    const Parameters &one = usual.stages[0]->network.parameters, &other = rising.stages[0]->network.parameters;
    const std::size_t kernel = dense(usual, layer).kernel();
    const Parameter& p = one[kernel];
    for (std::size_t i = 0; i < p.rows; ++i) {
      const bool rises = layer == "a_1" || (layer == "a_0" && i % 3 == 0);
      for (std::size_t j = 0; j < p.columns; ++j) {
        const float w = one.data(kernel)[i * p.stride() + j];
        negative += rises && w < 0;
        const float begun = rises ? std::fabs(w) / 2 : layer == "a_0" ? 0 : w;
        ASSERT_EQ(other.data(kernel)[i * p.stride() + j], begun) << layer << ' ' << i << ' ' << j;
      }
    }
  }
  EXPECT_GT(negative, 100u);
}

TEST_F(RecipeParts, TheConfigurationSaysHowStacksBegin) {
  const std::string text = recipe_of(
      "    network: [{dense: a, nodes: '4', quantised: true, first_weights: rising}]\n    loss: [{expression: "
      "'a^2'}]\n",
      "output: a");
  config::Config config = config::Config::master();
  EXPECT_EQ(dense(build(text, config), "a_0").options().rising, 3u);
  config.set("first_weights", "{s.a: glorot}");
  EXPECT_EQ(dense(build(text, config), "a_0").options().rising, 0u);
  config.set("first_weights", "{s.b: rising}");
  expect_refused(text, "'first_weights.s.b' is no stack", config);
  config.set("first_weights", "{s.a: falling}");
  expect_refused(text, "must be glorot or rising", config);
}

TEST_F(RecipeParts, RefusesWhatDoesNotFit) {
  const config::Config& config = config::Config::master();
  const auto with_loss = [](const std::string& loss) {
    return recipe_of("    network: [{dense: a, nodes: '4', quantised: true}]\n    loss: [" + loss + "]\n", "output: a");
  };
  expect_refused(with_loss("{ebops: [a]}"), "whose bits are fixed", config);
  expect_refused(with_loss("{ebops: [c]}"), "no stack of dense layers", config);
  expect_refused(with_loss("{expression: 'a - nothing'}"), "'nothing' is no tensor", config);
  expect_refused(with_loss("{expression: 'view(a, 0)'}"), "views: 2", config);
  expect_refused(with_loss("{expression: 'a'}]\n    prune: {layers: [a], sparsity: '1.5'}\n    history: {a: b}\n#"),
                 "below 1", config);
}

TEST_F(RecipeParts, ARegressionLearnsAColumn) {
  const std::string text = recipe_of(
      "    targets: {ht: {column: HT, unit: '4'}}\n"
      "    network: [{dense: estimate, nodes: '[16, 1]', quantised: true, activation: quantised_relu}]\n"
      "    loss: [{expression: 'huber(estimate - ht, 1)'}]\n"
      "    evaluate: true\n"
      "    history: {residual_rms: rms, residual_mean: mean}\n",
      "output: estimate, target: ht");
  test::write_packed(folder_ / "Many.h5", 8000);
  const PackedFile many(folder_ / "Many.h5");
  Recipe recipe = build(text);
  recipe.stages[0]->epochs = 40;
  Trainer trainer(recipe, many, with(2));
  trainer.run();
  const std::vector<double>& rms = *trainer.history().find("rms");
  EXPECT_EQ(rms.size(), 40u);
  EXPECT_GT(rms.front(), 6);   // of HT around 30
  EXPECT_LT(rms.back(), 2.5);  // HT scatters by 5
  EXPECT_LT(std::abs(trainer.history().find("mean")->back()), 1.5);
}

TEST_F(RecipeParts, TheBuiltInExamplesTrain) {
  config::Config config = test::small_config();
  for (const char* name : {"Regression", "SmallVAE"}) {
    std::string text = recipe_text(name);
    const auto shorten = [&](const std::string& from, const std::string& to) {
      ASSERT_NE(text.find(from), std::string::npos) << from;
      text.replace(text.find(from), from.size(), to);
    };
    shorten("epochs: " + std::string(name[0] == 'R' ? "30" : "40"), "epochs: 4");
    shorten(name[0] == 'R' ? "\"512\"" : "\"4096\"", "\"250\"");
    Recipe recipe = build(text, config);
    Trainer trainer(recipe, *file_, with(2));
    trainer.run();
    EXPECT_LT(trainer.history().find("loss")->back(), trainer.history().find("loss")->front()) << name;
    write_bundle(folder_ / name, recipe, *file_, "", trainer.history());
    EXPECT_EQ(model::load((folder_ / name) / "model.onnx", {}).output().output.features(), 1u);
  }
}

TEST_F(RecipeParts, PrunedWeightsAreZeroInTheEndAndTheirShareIsTheOneAsked) {
  Recipe recipe = build(recipe_of(pruned_stage, "sum_of_squares: a"));
  Trainer trainer(recipe, *file_, with(2));
  trainer.run();
  const Parameters& p = recipe.stages[0]->network.parameters;
  for (const char* name : {"a_1", "b_0"}) {
    const Parameter& kernel = p[dense(recipe, name).kernel()];
    std::size_t zeros = 0;
    for (std::size_t k = 0; k < kernel.rows * kernel.columns; ++k)
      zeros += p.data()[kernel.offset + k / kernel.columns * kernel.stride() + k % kernel.columns] == 0;
    EXPECT_NEAR(static_cast<double>(zeros), 0.6 * static_cast<double>(kernel.rows * kernel.columns), 1) << name;
  }
  EXPECT_DOUBLE_EQ((PruneOptions{0, 0.6, 1, 4, 3}.sparsity(0)), 0);
  EXPECT_DOUBLE_EQ((PruneOptions{0.2, 0.6, 1, 4, 3}.sparsity(1)), 0.2);
  EXPECT_DOUBLE_EQ((PruneOptions{0, 0.6, 1, 5, 3}.sparsity(3)), 0.6 * (1 - 0.125));
  EXPECT_DOUBLE_EQ((PruneOptions{0, 0.6, 1, 4, 3}.sparsity(9)), 0.6);
}

TEST_F(RecipeParts, TheCostOfBitsFallsWhereTheLossAsksForIt) {
  const auto final_cost = [&](const std::string& weight) {
    std::string text = recipe_of(pruned_stage, "sum_of_squares: a");
    text.replace(text.find("1e-5"), 4, weight);
    Recipe recipe = build(text);
    recipe.stages[0]->epochs = 20;
    Trainer trainer(recipe, *file_, with(2));
    trainer.run();
    return trainer.history().find("ebops")->back();
  };
  const double free = final_cost("0"), taxed = final_cost("1e-4");
  EXPECT_GT(free, 1000);
  EXPECT_LT(taxed, 0.5 * free);
}

TEST_F(RecipeParts, HaveTheSameBitsForAnyThreadsAndInstructionSet) {
  const std::string text = recipe_of(pruned_stage, "sum_of_squares: a");
  const std::vector<float> expected = train(text, with(1));
  for (const std::string& isa : core::usable_isas()) {
    if (isa != "avx2" && isa != "avx512" && isa != "neon") continue;
    core::force_isa(isa);
    EXPECT_EQ(train(text, with(3)), expected) << isa;
  }
}

TEST_F(RecipeParts, MasksAndBitsGoOnBitForBitAfterAKill) {
  const std::string text = recipe_of(pruned_stage, "sum_of_squares: a");
  const std::vector<float> expected = train(text, with(1));
  TrainOptions how = with(1);
  how.checkpoint = folder_ / "checkpoint.h5";
  how.checkpoint_seconds = 0;
  how.resume = true;
  how.identity = "this";
  for (const int last : {2, 4}) {  // while masks move, and when they rest
    const pid_t child = ::fork();
    if (child == 0) {
      how.on_epoch = [&](const EpochReport& r) {
        if (r.epoch == last) ::raise(SIGKILL);
      };
      (void)train(text, how);
      ::_exit(0);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
  }
  EXPECT_EQ(train(text, how), expected);
}

TEST_F(RecipeParts, ANumberThatIsNotFiniteIsNamedWithItsLossAndStep) {
  Recipe recipe =
      build(recipe_of("    network: [{dense: a, nodes: '4', quantised: true}]\n"
                      "    loss: [{expression: 'log(a)', name: wrong}]\n",
                      "output: a"));
  try {
    Trainer(recipe, *file_, with(1)).run();
    FAIL();
  } catch (const core::Error& e) {
    for (const char* part : {"the loss 'wrong'", "a_0/kernel", "step 0", "stage 's'"})
      EXPECT_NE(std::string(e.what()).find(part), std::string::npos) << part << ": " << e.what();
  }
}

TEST_F(RecipeParts, TheLossesThatTheEngineHasCanBeWrittenInHardwareUnits) {
  const auto losses = [&](const std::string& loss) {
    Recipe recipe = build(recipe_of(
        "    network: [{dense: a, nodes: '57', quantised: true}]\n    loss: [" + loss + "]\n    history: {l: l}\n",
        "sum_of_squares: a"));
    Trainer trainer(recipe, *file_, with(2));
    trainer.run();
    return *trainer.history().find("l");
  };
  const std::vector<double> own = losses("{momentum: a, target: input, name: l}");
  const std::vector<double> written = losses(
      "{name: l, expression: 'mean(abs((a[0::3] - input[0::3]) * norm_scale[0::3])) + mean(abs((a[0::3] * "
      "norm_scale[0::3] + norm_bias[0::3]) * sinh(eta_unit * (a[1::3] * norm_scale[1::3] + norm_bias[1::3])) - "
      "(input[0::3] * norm_scale[0::3] + norm_bias[0::3]) * sinh(eta_unit * (input[1::3] * norm_scale[1::3] + "
      "norm_bias[1::3]))))'}");
  ASSERT_EQ(own.size(), written.size());
  EXPECT_NEAR(own[0], written[0], 1e-4 * own[0]);
  EXPECT_NEAR(own.back(), written.back(), 0.02 * own.back());
}

TEST_F(RecipeParts, NoTextMakesAGiant) {
  const config::Config& config = config::Config::master();
  std::string lets = "let:\n  a: '[1, 2, 3, 4, 5, 6, 7, 8]'\n";
  for (char c = 'b'; c < 'z'; ++c)
    lets += std::string("  ") + c + ": 'join(" + char(c - 1) + ", " + char(c - 1) + ")'\n";
  const std::string text =
      recipe_of("    network: [{dense: a, nodes: '4', quantised: true}]\n    loss: []\n", "output: a");
  expect_refused("trigloop_recipe: 1\n" + lets + text.substr(text.find("name:")), "65,536 numbers", config);
  expect_refused(recipe_of("    network: [{dense: a, nodes: '[4096, 4096, 4096]'}]\n    loss: []\n", "output: a"),
                 "4 million weights", config);
  for (const char* bad : {"epochs: '1e300'", "epochs: '0 / 0'", "epochs: '-1'"}) {
    std::string wrong = text;
    wrong.replace(wrong.find("epochs: '6'"), 11, bad);
    expect_refused(wrong, "epochs", config);
  }
}

}  // namespace
}  // namespace trigloop::train
