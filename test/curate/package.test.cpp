// Value for value the same as the package: as a NumPy writing of its steps makes it, and as it made a file itself.
#include <gtest/gtest.h>

#include "config/value.hpp"
#include "curate/curate.hpp"
#include "test/curate/events.hpp"
#include "test/support/support.hpp"

namespace trigloop::curate {
namespace {

std::string script(const char* name) { return (test::project_root() / "test/peers" / name).string(); }

void run_python(std::vector<std::string> words) {
  words.insert(words.begin(), test::peer_python().string());
  const auto result = test::run_command(words);
  EXPECT_EQ(result.status, 0) << result.err;
}

/// Makes files by NumPy and by us, and compares. Python is slow to start, so it gets all configurations at once.
void compare(const test::TempDir& dir, const std::vector<config::Config>& configs, bool compat,
             const std::string& tolerance) {
  std::vector<std::string> make = {script("package_curate.py")}, check = {script("compare_packed.py"), tolerance};
  if (compat) make.push_back("--compat");
  for (std::size_t i = 0; i < configs.size(); ++i) {
    config::Config c = configs[i];
    const auto file = [&](const char* ending) { return (dir / (std::to_string(i) + ending)).string(); };
    c.set("compat", compat ? "true" : "false");
    c.set("data_config.Processed_data_path", config::to_line(config::Value::of(file(".h5"))));
    curate(read_settings(c), {.threads = 2});
    std::filesystem::rename(file(".h5"), file("-ours.h5"));
    test::write_file(file(".json"), config::to_json(c.at("data_config")));
    make.push_back(file(".json"));
    check.insert(check.end(), {file(".h5"), file("-ours.h5")});
  }
  run_python(make);
  run_python(check);
}

config::Config with(config::Config c, const char* scheme, const char* mode, const char* ignore_zeros) {
  c.set("data_config.Normalisation_configs.scheme", scheme);
  c.set("data_config.Saturation_configs.saturation_mode", mode);
  c.set("data_config.Normalisation_configs.norm_ignore_zeros", ignore_zeros);
  c.set("data_config.Read_configs.SIGNAL.MAX_NUM_SIGNALS", "650");
  return c;
}

TEST(Package, NumPyMakesTheSameValues) {
  TRIGLOOP_NEEDS_PEERS();
  const test::TempDir dir;
  write_inputs(dir.path());
  std::vector<config::Config> configs;
  for (const char* scheme : {"RobustScaler_pow2(5,95,-2,2)", "RobustScaler(1,99.5,-3,3)", "MinMax_pow2(-1,1)"}) {
    for (const char* ignore_zeros : {"true", "false"}) {
      configs.push_back(with(config_in(dir.path()), scheme, "mask", ignore_zeros));
      configs.push_back(with(config_in(dir.path()), scheme, "drop", ignore_zeros));
    }
  }
  compare(dir, configs, false, "0");
}

TEST(Package, NumPysMeanAndDeviationAreOursButForRounding) {
  TRIGLOOP_NEEDS_PEERS();
  const test::TempDir dir;
  write_inputs(dir.path());
  compare(dir, {with(config_in(dir.path()), "Standard", "mask", "true")}, false, "1e-12");
}

TEST(Package, CompatibleFilesHaveItsFault) {
  TRIGLOOP_NEEDS_PEERS();
  const test::TempDir dir;
  write_inputs(dir.path());
  config::Config c = config_in(dir.path());
  // The package cannot scale an object that is never there.
  c.set("data_config.Read_configs.constituents.MUON", "[true, true, true, false, false, false, false, false]");
  config::Config packed = c;
  packed.set("data_config.Write_compression.Compression_mode", "gzip");
  packed.set("data_config.Write_compression.Compression_opts", "3");
  compare(dir, {c, packed}, true, "0");
}

TEST(Package, ItsOwnFileComesOutBitForBit) {
  TRIGLOOP_NEEDS_PEERS();
  TRIGLOOP_NEEDS_SHARED("models");
  TRIGLOOP_NEEDS_SHARED("data");
  const test::TempDir dir;
  const auto theirs = test::shared_root() / "models/package/Data.h5";
  const auto text = io::hdf5::read_attribute(theirs, "", "config");
  ASSERT_TRUE(text);
  // The file was made of the first 500 events of each set.
  config::Config c = config::Config::parse(*text, "theirs");
  const auto set_path = [&](const char* key, const std::filesystem::path& path) {
    c.set(key, config::to_line(config::Value::of(path.string())));
  };
  set_path("data_config.Read_configs.BACKGROUND.file_path", test::shared_root() / "data/zerobias_pythia.h5");
  set_path("data_config.Read_configs.SIGNAL.file_path", test::shared_root() / "data/signals_pythia.h5");
  set_path("data_config.Processed_data_path", dir / "Data.h5");
  c.set("data_config.Read_configs.SIGNAL.MAX_NUM_SIGNALS", "500");
  c.set("compat", "true");
  Settings settings = read_settings(c);
  settings.config_json = *text;
  curate(settings, {.threads = 2});
  run_python({script("compare_packed.py"), "0", theirs.string(), (dir / "Data.h5").string()});
}

}  // namespace
}  // namespace trigloop::curate
