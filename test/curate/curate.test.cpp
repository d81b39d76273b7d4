#include "curate/curate.hpp"

#include <gmock/gmock.h>

#include <cmath>

#include "core/sha256.hpp"
#include "io/hdf5/hdf5.hpp"
#include "test/curate/events.hpp"
#include "test/support/support.hpp"

namespace trigloop::curate {
namespace {

using testing::Contains;
using testing::HasSubstr;

Report make(const config::Config& c, unsigned threads = 2) { return curate(read_settings(c), {.threads = threads}); }

std::string refusal(const config::Config& c) {
  try {
    make(c);
  } catch (const core::Error& e) {
    return e.what();
  }
  return "";
}

std::vector<double> column(const std::filesystem::path& path, const std::string& table, const std::string& name) {
  const auto source = io::hdf5::open(path);
  const auto reader = source->read({table, 0, {name}});
  std::vector<double> out;
  for (event::Columns c; reader->next(c);) {
    event::visit(c.columns[0].type, [&](auto zero) {
      for (const auto v : c.columns[0].as<decltype(zero)>()) out.push_back(static_cast<double>(v));
    });
  }
  return out;
}

class Curate : public testing::Test {
 protected:
  void SetUp() override { write_inputs(dir_.path()); }
  test::TempDir dir_;
};

TEST_F(Curate, ObjectsOfAKindMayShareTheScalesOfItsFirst) {
  const Report own = make(config_in(dir_.path())), shared = make(config_in(dir_.path(), "curate.shared_scales=true"));
  const std::vector<Object> objects = read_settings(config_in(dir_.path())).objects;
  for (std::size_t first = 0, i = 0; i < objects.size(); ++i) {
    if (objects[i].kind != objects[first].kind) first = i;
    for (std::size_t k = 0; k < 3; ++k)
      ASSERT_EQ(shared.scaling.scale[3 * i + k], own.scaling.scale[3 * first + k]) << i;
  }
  EXPECT_EQ(shared.scaling.bias, own.scaling.bias);
  EXPECT_NE(shared.scaling.scale, own.scaling.scale);
}

TEST_F(Curate, HardwareIntegersComeBackExactlyFromThePackedFile) {
  const Report report = make(config_in(dir_.path()));
  const auto data = column(dir_ / "Data.h5", "Background_data/Test", "DATA");
  const Events events = make_events(4000, 1);
  const Settings settings = read_settings(config_in(dir_.path()));
  std::size_t at = 0;
  for (std::size_t i = 3000; i < 4000; ++i) {
    if (events.et[i] >= 4095) continue;
    for (const Object& object : settings.objects) {
      const std::int16_t* x = &events.objects[(i * 33 + object.row) * 3];
      const bool masked = x[0] >= saturation_of(object.kind);
      for (std::size_t k = 0; k < 3; ++k, ++at) {
        const std::size_t f = at % 57;
        ASSERT_EQ(data.at(at) * report.scaling.scale[f] + report.scaling.bias[f], masked ? 0 : x[k]);
      }
    }
  }
  EXPECT_EQ(at, data.size());
  EXPECT_EQ(column(dir_ / "Data.h5", "Background_data/Test", "ET").size(), at / 57);
}

TEST_F(Curate, AnObjectThatIsNeverThereIsTold) {
  const Report report = make(config_in(dir_.path()));
  EXPECT_THAT(report.warnings, Contains(HasSubstr("no training event has MUON number 4")));
  EXPECT_EQ(report.scaling.scale[8 * 3], 1);
}

TEST_F(Curate, TheFileDoesNotDependOnThreads) {
  make(config_in(dir_.path()), 1);
  const std::string one = core::sha256_of_file(dir_ / "Data.h5");
  for (const unsigned threads : {2u, 5u}) {
    curate(read_settings(config_in(dir_.path())), {.threads = threads, .rebuild = true});
    EXPECT_EQ(core::sha256_of_file(dir_ / "Data.h5"), one);
  }
}

TEST_F(Curate, NorOnWhetherTrainingEventsAreKeptBetweenThePasses) {
  make(config_in(dir_.path()));
  const std::string kept = core::sha256_of_file(dir_ / "Data.h5");
  curate(read_settings(config_in(dir_.path())), {.threads = 2, .rebuild = true, .keep_bytes = 0});
  EXPECT_EQ(core::sha256_of_file(dir_ / "Data.h5"), kept);
}

TEST_F(Curate, AnEqualConfigurationReusesTheFileAndAnotherRebuildsIt) {
  EXPECT_FALSE(make(config_in(dir_.path())).reused);
  EXPECT_TRUE(make(config_in(dir_.path())).reused);
  for (const char* other : {"compat=true", "data_config.Normalisation_configs.scheme=Standard",
                            "data_config.Write_compression.Compression_mode=gzip", "curate.drop_saturated_et=false",
                            "curate.signal_sets={HH: {role: tune}}"}) {
    EXPECT_FALSE(make(config_in(dir_.path(), other)).reused) << other;
  }
  make(config_in(dir_.path()));
  write_background(dir_ / "bg.h5", make_events(4000, 9));
  EXPECT_FALSE(make(config_in(dir_.path())).reused) << "the input has another content";
}

TEST_F(Curate, SignalSetsCarryRoleConditionsAndIdentity) {
  const config::Config c = config_in(dir_.path(), "curate.signal_sets={HH: {role: blind, conditions: {pileup: 60}}}");
  const Report report = make(c);
  const auto sets = read_signal_sets(dir_ / "Data.h5");
  ASSERT_EQ(sets.size(), 2u);
  EXPECT_EQ(sets[0].role, Role::blind);
  EXPECT_EQ(config::to_json(sets[0].conditions), R"({"pileup": 60})");
  EXPECT_EQ(sets[0].hash, report.parts[2].hash);
  EXPECT_EQ(sets[1].role, Role::validate);
  EXPECT_NE(sets[0].hash, sets[1].hash);
}

TEST_F(Curate, IdentityIsOfTheWholeSetHoweverItIsStoredAndTaken) {
  const std::string hash = make(config_in(dir_.path())).parts[2].hash;
  const Report fewer = make(config_in(dir_.path(), "data_config.Read_configs.SIGNAL.MAX_NUM_SIGNALS=10"));
  EXPECT_EQ(fewer.parts[2].hash, hash);
  EXPECT_EQ(fewer.parts[2].counts.read, 10u);
  const Report pinned = make(config_in(dir_.path(), "curate.signal_sets={HH: {hash: '" + hash + "'}}"));
  EXPECT_FALSE(pinned.reused);
}

TEST_F(Curate, ASignalSetThatChangedIsRefused) {
  make(config_in(dir_.path()));
  write_signals(dir_ / "sig.h5", {{"HH", make_events(700, 4)}, {"TT", make_events(900, 3)}});
  const std::string before = core::sha256_of_file(dir_ / "Data.h5");
  EXPECT_THAT(refusal(config_in(dir_.path())), HasSubstr("signal set 'HH' has changed"));
  EXPECT_EQ(core::sha256_of_file(dir_ / "Data.h5"), before) << "the packed file stays";
  std::filesystem::remove(dir_ / "Data.h5");
  EXPECT_THAT(refusal(config_in(dir_.path(), "curate.signal_sets={TT: {hash: '0000000000000000'}}")),
              HasSubstr("signal set 'TT' has changed"));
  EXPECT_FALSE(std::filesystem::exists(dir_ / "Data.h5"));
}

TEST_F(Curate, WhatIsMissingIsNamed) {
  EXPECT_THAT(refusal(config_in(dir_.path(), "curate.signal_sets={HHH: {role: tune}}")),
              HasSubstr("Did you mean 'HH'?"));
  EXPECT_THAT(refusal(config_in(dir_.path(), "data_config.Read_configs.BACKGROUND.test_sector=[4000, 5000]")),
              HasSubstr("has 4000 events; test_sector begins at 4000"));
  EXPECT_THAT(make(config_in(dir_.path(), "data_config.Read_configs.BACKGROUND.test_sector=[2000, 5000]")).warnings,
              testing::AllOf(Contains(HasSubstr("it is cut there")), Contains(HasSubstr("share 1000 events"))));
  std::filesystem::remove(dir_ / "sig.h5");
  EXPECT_THAT(refusal(config_in(dir_.path(), "compat=true")), HasSubstr("sig.h5"));
  const config::Config none = config_in(dir_.path(), "data_config.Read_configs.SIGNAL.file_path=null");
  EXPECT_EQ(make(none).parts.size(), 2u);
}

TEST_F(Curate, NothingButAPackedFileIsReplaced) {
  test::write_file(dir_ / "Data.h5", "my notes");
  EXPECT_THAT(refusal(config_in(dir_.path())), HasSubstr("is no packed file"));
  const config::Config itself = config_in(
      dir_.path(), "data_config.Processed_data_path=" + config::to_line(config::Value::of((dir_ / "bg.h5").string())));
  EXPECT_THAT(refusal(itself), HasSubstr("is no packed file"));
}

}  // namespace
}  // namespace trigloop::curate
