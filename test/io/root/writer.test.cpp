#include "io/root/writer.hpp"

#include <gtest/gtest.h>

#include "test/io/root/sample.hpp"

namespace trigloop::io::root {
namespace {

using test::Sample;
using test::TempDir;

void write(const std::filesystem::path& path, const std::vector<const Sample*>& samples, WriterOptions options = {},
           std::size_t step = 0) {
  Writer writer(path, std::move(options));
  for (const Sample* sample : samples) writer.add_table(sample->spec);
  for (std::size_t i = 0; i < samples.size(); ++i) samples[i]->append_to(writer, i, step);
  writer.commit();
}

/// Runs a peer's script on a file; it must find the sample's values and say nothing on standard error.
void expect_peer(const std::string& script, const std::filesystem::path& file, const Sample& sample,
                 const std::vector<std::size_t>& clusters = {}) {
  const TempDir dir;
  sample.dump(dir.path());
  std::vector<std::string> words{
      test::peer_python(), "-W", "ignore", test::project_root() / "test/peers" / script, file, dir.path(),
      sample.spec.name};
  for (const std::size_t n : clusters) words.push_back(std::to_string(n));
  const auto result = test::run_command(words);
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_EQ(result.err, "") << script;
  EXPECT_NE(result.out.find("equal"), std::string::npos) << result.out;
}

void expect_peers(const std::filesystem::path& file, const Sample& sample,
                  const std::vector<std::size_t>& clusters = {}) {
  expect_peer("root_uproot.py", file, sample, clusters);
  expect_peer("root_cern.py", file, sample, clusters);
}

TEST(RootWriter, RootAndUprootReadEveryTypeShapeAndCodec) {
  TRIGLOOP_NEEDS_PEERS();
  const TempDir dir;
  const Sample sample = test::random_sample(test::every_type_table(), 1000, 1);
  for (const Codec codec : {Codec::none, Codec::zlib, Codec::zstd, Codec::lz4}) {
    const auto file = dir / (std::to_string(compression_setting(codec, 5)) + ".root");
    write(file, {&sample}, {.codec = codec, .cluster_entries = 300, .basket_bytes = 2000}, 77);
    expect_peers(file, sample, {300, 300, 300, 100});
  }
}

}  // namespace
}  // namespace trigloop::io::root
