// trigloop score and trigloop model as a user meets them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "io/hdf5/hdf5.hpp"
#include "io/npy/npy.hpp"
#include "io/root/writer.hpp"
#include "io/zarr/zarr.hpp"
#include "score/spectrum_file.hpp"
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

/// The array `layers.x` of the cases, of `type`, in files of all formats.
std::vector<std::string> write_events(const TempDir& dir, event::Type type) {
  const auto cases_file = io::npy::open(cases / "cases.npz");
  const auto reader = cases_file->read({"", 0, {"layers.x"}});
  event::Columns cluster;
  EXPECT_TRUE(reader->next(cluster));
  std::vector<std::int16_t> integers(cluster.columns[0].values + 64);
  for (std::size_t i = 0; i < cluster.columns[0].values; ++i)
    integers[i] = static_cast<std::int16_t>(cluster.columns[0].as<float>()[i]);
  if (type == event::Type::int16) {
    cluster.columns[0].type = type;
    cluster.columns[0].data = reinterpret_cast<const std::byte*>(integers.data());
  }

  const auto& view = cluster.columns[0];
  const io::npy::ArrayView array{type, {cluster.entries, 7}, {view.data, view.values * event::size_of(type)}};
  io::npy::write_npy(dir / "x.npy", array);
  io::npy::NpzWriter npz(dir / "x.npz");
  npz.add("x", array);
  npz.commit();
  io::hdf5::Writer hdf5(dir / "x.h5");
  io::zarr::Writer zarr(dir / "x.zarr");
  io::root::Writer root(dir / "x.root");
  for (io::Sink* sink : std::initializer_list<io::Sink*>{&hdf5, &zarr, &root}) {
    sink->append(sink->add_table({"events", "", {{"x", type, {7}, ""}}}), cluster);
    sink->commit();
  }
  return {"x.npy", "x.npz", "x.h5", "x.zarr", "x.root"};
}

TEST(Score, TheSameEventsGiveTheSameScoresAndSpectrumFromEveryFormat) {
  for (const event::Type type : {event::Type::int16, event::Type::float32}) {
    const TempDir dir;
    std::string scores, spectrum;
    for (const std::string& file : write_events(dir, type)) {
      const CommandResult done = trigloop({"score", "--model", cases / "layers.onnx", "--input", dir / file, "--output",
                                           dir / "s.npy", "--spectrum", dir / "s.spectrum", "--quiet"});
      ASSERT_EQ(done.status, 0) << file << ": " << done.err;
      if (scores.empty()) scores = read_file(dir / "s.npy"), spectrum = read_file(dir / "s.spectrum");
      EXPECT_EQ(read_file(dir / "s.npy"), scores) << file;
      EXPECT_EQ(read_file(dir / "s.spectrum"), spectrum) << file;
    }
  }
}

TEST(Score, TheSpectrumCountsTheScoresThatAreWritten) {
  const TempDir dir;
  write_events(dir, event::Type::int16);
  ASSERT_EQ(trigloop({"score", "--model", cases / "layers.onnx", "--input", dir / "x.h5", "--output", dir / "s.npy",
                      "--spectrum", dir / "s.spectrum", "--quiet"})
                .status,
            0);
  const score::Spectrum found = score::read_spectrum(dir / "s.spectrum");
  score::Spectrum expected(found.fraction(), 0, 1);
  const auto scores = io::npy::open(dir / "s.npy");
  const auto reader = scores->read({"", 0, {"s"}});
  event::Columns cluster;
  while (reader->next(cluster))
    for (const double score : cluster.columns[0].as<double>())
      expected.count(static_cast<std::int64_t>(std::ldexp(score, found.fraction())), 1);
  EXPECT_EQ(found.bins(), expected.bins());
  EXPECT_EQ(found.exposure, (score::Exposure{.rows = 40}));
  EXPECT_EQ(found.model, "case");
}

TEST(Score, TheSpectrumOfAScoutingFileNamesItsLumisections) {
  TRIGLOOP_NEEDS_SHARED("models/axol1tl_v5.onnx");
  const TempDir dir;
  ASSERT_EQ(trigloop({"simulate", "scouting", "--output", dir / "s.root", "--events", "3000", "--quiet"}).status, 0);
  const CommandResult done = trigloop({"score", "--model", shared_root() / "models/axol1tl_v5.onnx", "--input",
                                       dir / "s.root", "--spectrum", dir / "s.spectrum", "--quiet"});
  ASSERT_EQ(done.status, 0) << done.err;
  const score::Spectrum spectrum = score::read_spectrum(dir / "s.spectrum");
  EXPECT_EQ(spectrum.total(), 3000u);
  EXPECT_FALSE(spectrum.lumisections.empty());
}

TEST(Score, RefusesSpectraOfWhatIsNotOneIntegerAndCommandsThatAskForNothing) {
  const TempDir dir;
  const CommandResult several = trigloop({"score", "--model", cases / "gemm.onnx", "--input", cases / "cases.npz",
                                          "--column", "gemm.x", "--spectrum", dir / "s.spectrum", "--quiet"});
  EXPECT_EQ(several.status, 5);
  EXPECT_THAT(several.err, HasSubstr("3 scores an event"));
  EXPECT_FALSE(std::filesystem::exists(dir / "s.spectrum"));
  EXPECT_EQ(trigloop({"score", "--model", cases / "gemm.onnx", "--input", cases / "cases.npz"}).status, 2);
}

TEST(Score, SaysWhichArraysFit) {
  const TempDir dir;
  const CommandResult failed = trigloop(
      {"score", "--model", cases / "gemm.onnx", "--input", cases / "cases.npz", "--output", dir / "s.npy", "--quiet"});
  EXPECT_EQ(failed.status, 6);
  EXPECT_THAT(failed.err, HasSubstr("--column"));
  EXPECT_FALSE(std::filesystem::exists(dir / "s.npy"));
}

TEST(Spectrum, ExportsToFormatsOfOthers) {
  const TempDir dir;
  const std::string sample = project_root() / "test/compat/spectrum_v1.spectrum";
  const auto export_as = [&](std::vector<std::string> words) {
    words.insert(words.begin(), {"spectrum", "export", sample, "--format"});
    return trigloop(words);
  };
  EXPECT_EQ(export_as({"root", "--range", "0", "300", "--output", dir / "h.root"}).status, 0);
  EXPECT_EQ(read_file(dir / "h.root").substr(0, 4), "root");
  EXPECT_THAT(export_as({"csv"}).out, HasSubstr("4150,259.375,1\n"));
  EXPECT_THAT(export_as({"uhi"}).out, HasSubstr("\"uhi_schema\":1"));
  EXPECT_EQ(export_as({"root"}).status, 2) << "a ROOT file is no text";
  EXPECT_EQ(export_as({"csv", "--range", "0", "300"}).status, 2) << "csv holds everything";
  EXPECT_EQ(export_as({"root", "--range", "3", "2", "--output", dir / "none.root"}).status, 2);
  EXPECT_FALSE(std::filesystem::exists(dir / "none.root"));
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
