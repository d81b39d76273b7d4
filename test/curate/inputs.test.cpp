// Inputs other than the package's HDF5: what they hold comes out the same, what they lack is named.
#include <gmock/gmock.h>

#include "curate/curate.hpp"
#include "io/npy/npy.hpp"
#include "io/raw/writer.hpp"
#include "io/root/writer.hpp"
#include "io/zarr/zarr.hpp"
#include "simulate/scouting.hpp"
#include "test/curate/events.hpp"
#include "test/support/support.hpp"

namespace trigloop::curate {
namespace {

using testing::Contains;
using testing::HasSubstr;

/// The 19 objects of stage 1, as 57 values.
std::vector<std::int64_t> packed(const Events& e) {
  std::vector<std::int64_t> out;
  for (std::size_t i = 0; i < e.size(); ++i) {
    for (const auto& [first, n] : {std::pair{0, 1}, {1, 4}, {13, 4}, {21, 10}}) {
      const auto* row = &e.objects[(i * 33 + static_cast<std::size_t>(first)) * 3];
      out.insert(out.end(), row, row + 3 * n);
    }
  }
  return out;
}

config::Config config_of(const test::TempDir& dir, const std::string& input, const std::string& more = "") {
  config::Config c = config_in(dir.path(), more);
  c.set("data_config.Read_configs.BACKGROUND.file_path", config::to_line(config::Value::of((dir / input).string())));
  c.set("data_config.Read_configs.SIGNAL.file_path", "null");
  return c;
}

std::string refusal(const config::Config& c) {
  try {
    curate(read_settings(c), {.threads = 1});
  } catch (const core::Error& e) {
    return e.what();
  }
  return "";
}

void write_npz(const std::filesystem::path& path, const Events& e, io::npy::Compression compression) {
  const auto values = packed(e);
  io::npy::NpzWriter writer(path, compression);
  writer.add("Data", {event::Type::int64, {e.size(), 57}, std::as_bytes(std::span(values))});
  writer.commit();
}

TEST(CurateInputs, StageOneStoresGiveTheObjectsAndNothingElse) {
  const test::TempDir dir;
  const Events e = make_events(4000, 1);
  write_background(dir / "bg.h5", e);
  config::Config reference = config_in(dir.path(), "curate.drop_saturated_et=false");
  reference.set("data_config.Read_configs.SIGNAL.file_path", "null");
  const Scaling expected = curate(read_settings(reference), {.threads = 2}).scaling;

  write_npz(dir / "a.npz", e, io::npy::Compression::deflate);
  {
    io::zarr::Writer writer(dir / "a.zarr");
    const auto values = packed(e);
    const std::size_t table = writer.add_table({"", "", {{"Data", event::Type::int64, {57}, ""}}});
    writer.append(
        table,
        {0,
         e.size(),
         {{event::Type::int64, false, 57, reinterpret_cast<const std::byte*>(values.data()), values.size(), {}}}});
    writer.commit();
  }
  for (const char* input : {"a.npz", "a.zarr"}) {
    EXPECT_THAT(refusal(config_of(dir, input)), HasSubstr("gives no ET")) << input;
    const Report report =
        curate(read_settings(config_of(dir, input, "curate.drop_saturated_et=false")), {.threads = 2});
    EXPECT_EQ(report.scaling.scale, expected.scale) << input;
    EXPECT_EQ(report.scaling.bias, expected.bias) << input;
    EXPECT_THAT(report.warnings, Contains(HasSubstr("gives no ET, HT, PU, L1bits"))) << input;
    const auto tables = io::hdf5::open(dir / "Data.h5")->info().tables;
    for (const auto& table : tables) {
      if (table.name == "Background_data/Train") {
        EXPECT_EQ(table.columns.size(), 1u);
      }
    }
  }
}

TEST(CurateInputs, AnObjectThatAnInputCannotGiveIsNamed) {
  const test::TempDir dir;
  write_npz(dir / "a.npz", make_events(4000, 1), io::npy::Compression::none);
  EXPECT_THAT(refusal(config_of(dir, "a.npz",
                                "data_config.Read_configs.constituents.MUON=[true, true, true, true, true, "
                                "false, false, false]")),
              HasSubstr("constituents.MUON asks for object number 5; the input holds 4"));
}

TEST(CurateInputs, ScoutingFilesAreReadThroughTheirLayout) {
  const test::TempDir dir;
  const auto write = [](io::Sink& sink) {
    simulate::ScoutingOptions options;
    options.events = 4000;
    simulate::write_scouting(options, sink);
    sink.commit();
  };
  io::root::Writer ntuple(dir / "s.root", {});
  write(ntuple);
  EXPECT_THAT(refusal(config_of(dir, "s.root")), HasSubstr("gives no ET"));
  const Report report =
      curate(read_settings(config_of(dir, "s.root", "curate.drop_saturated_et=false")), {.threads = 2});
  EXPECT_EQ(report.parts[0].counts.kept, 3000u);
  EXPECT_EQ(report.scaling.scale.size(), 57u);
  EXPECT_GT(report.scaling.bias[0], 10) << "missing ET has a spectrum";
  EXPECT_EQ(report.scaling.scale[1], 1) << "and no eta";
  io::raw::Writer raw(dir / "s.raw");
  write(raw);
  const Report same = curate(read_settings(config_of(dir, "s.raw", "curate.drop_saturated_et=false")), {.threads = 2});
  EXPECT_EQ(same.parts[0].counts.kept, 3000u);
  EXPECT_EQ(same.scaling.scale, report.scaling.scale);
  EXPECT_EQ(same.scaling.bias, report.scaling.bias);
}

TEST(CurateInputs, PhysicalValuesAreRefused) {
  const test::TempDir dir;
  for (const float bad : {0.5f, 1e6f, std::numeric_limits<float>::quiet_NaN()}) {
    std::vector<float> values(4000 * 57, 1.0f);
    values[57 * 7 + 3] = bad;
    io::npy::NpzWriter writer(dir / "f.npz", io::npy::Compression::none);
    writer.add("Data", {event::Type::float32, {4000, 57}, std::as_bytes(std::span(values))});
    writer.commit();
    EXPECT_THAT(refusal(config_of(dir, "f.npz", "curate.drop_saturated_et=false")),
                testing::AllOf(HasSubstr("entry 7 holds"), HasSubstr("no hardware integer")));
  }
}

TEST(CurateInputs, OtherShapesAndOtherFilesAreRefused) {
  const test::TempDir dir;
  const std::vector<std::int16_t> values(4000 * 56, 1);
  io::npy::NpzWriter writer(dir / "w.npz", io::npy::Compression::none);
  writer.add("Data", {event::Type::int16, {4000, 56}, std::as_bytes(std::span(values))});
  writer.commit();
  EXPECT_THAT(refusal(config_of(dir, "w.npz")), HasSubstr("where (events, objects, 3) or (events, 57) is needed"));
  io::npy::NpzWriter other(dir / "o.npz", io::npy::Compression::none);
  other.add("Stuff", {event::Type::int16, {4000, 56}, std::as_bytes(std::span(values))});
  other.commit();
  EXPECT_THAT(refusal(config_of(dir, "o.npz")), HasSubstr("neither 'full_data_cyl' nor 'Data'"));
  write_signals(dir / "s.h5", {{"HH", make_events(50, 1)}});
  EXPECT_THAT(refusal(config_of(dir, "s.h5")), HasSubstr("neither 'full_data_cyl' nor 'Data'"))
      << "a signal set is no background";
}

}  // namespace
}  // namespace trigloop::curate
