// trigloop score and trigloop model as a user meets them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "test/support/support.hpp"

namespace trigloop::test {
namespace {

using testing::HasSubstr;

const std::filesystem::path cases = project_root() / "test/model/qonnx";

CommandResult trigloop(std::vector<std::string> words) {
  words.insert(words.begin(), program().native());
  return run_command(words);
}

CommandResult score(const std::string& column, const std::filesystem::path& output, const std::string& engine) {
  return trigloop({"score", "--model", cases / "layers.onnx", "--input", cases / "cases.npz", "--column", column,
                   "--output", output, "--engine", engine, "--quiet"});
}

TEST(Score, EnginesWriteTheSameFile) {
  const TempDir dir;
  ASSERT_EQ(score("layers.x", dir / "a.npy", "reference").status, 0);
  const CommandResult other = score("layers.x", dir / "b.npy", "simd");
  ASSERT_EQ(other.status, 0) << other.err;
  EXPECT_EQ(read_file(dir / "a.npy"), read_file(dir / "b.npy"));
}

TEST(Score, WritesEveryLayer) {
  const TempDir dir;
  const CommandResult done =
      trigloop({"score", "--model", cases / "layers.onnx", "--input", cases / "cases.npz", "--column", "layers.x",
                "--output", dir / "s.npy", "--layers", dir / "layers", "--quiet"});
  ASSERT_EQ(done.status, 0) << done.err;
  EXPECT_TRUE(std::filesystem::exists(dir / "layers/x.npy"));
}

TEST(Score, TakesQkerasModelsWithAndWithoutANormalisation) {
  const TempDir dir;
  const std::filesystem::path data = project_root() / "test/model/data";
  write_file(dir / "n.yaml", "norm_bias: [0, 1, 2, 3, 4]\nnorm_scale: [1, 2, 4, 8, 16]\n");
  const std::vector<std::string> plain{
      "score",    "--model",     data / "layers.h5", "--input",     data / "qkeras.npz",
      "--column", "layers.x256", "--output",         dir / "s.npy", "--quiet"};
  auto scaled = plain;
  scaled.insert(scaled.end(), {"--normalisation", dir / "n.yaml"});
  EXPECT_EQ(trigloop(plain).status, 0);
  const std::string before = read_file(dir / "s.npy");
  EXPECT_EQ(trigloop(scaled).status, 0);
  EXPECT_NE(read_file(dir / "s.npy"), before);
  const CommandResult failed = trigloop({"model", "show", cases / "layers.onnx", "--normalisation", dir / "n.yaml"});
  EXPECT_EQ(failed.status, 2);
  EXPECT_THAT(failed.err, HasSubstr("takes no normalisation"));
}

TEST(Score, SaysWhichArraysFit) {
  const TempDir dir;
  const CommandResult failed = trigloop(
      {"score", "--model", cases / "gemm.onnx", "--input", cases / "cases.npz", "--output", dir / "s.npy", "--quiet"});
  EXPECT_EQ(failed.status, 6);
  EXPECT_THAT(failed.err, HasSubstr("--column"));
  EXPECT_FALSE(std::filesystem::exists(dir / "s.npy"));
}

TEST(Model, ShowsAndExports) {
  const TempDir dir;
  const CommandResult shown = trigloop({"model", "show", cases / "truncated_products.onnx"});
  EXPECT_EQ(shown.status, 0);
  EXPECT_THAT(shown.out, HasSubstr("products <7,4> trn sat"));
  EXPECT_EQ(trigloop({"model", "export", cases / "layers.onnx", "--output", dir / "m.onnx"}).status, 0);
  EXPECT_EQ(trigloop({"model", "show", dir / "m.onnx", "--json"}).status, 0);
  EXPECT_EQ(trigloop({"model", "show", cases / "refused/sigmoid.onnx"}).status, 5);
}

}  // namespace
}  // namespace trigloop::test
