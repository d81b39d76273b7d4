#include <gtest/gtest.h>

#include "io/hdf5/hdf5.hpp"
#include "io/numbers.hpp"
#include "test/io/columns.hpp"
#include "test/support/support.hpp"

namespace trigloop::io::hdf5 {
namespace {

TEST(Hdf5Objects, ArraysStringsAndListsComeBackAndAreWhatH5pyWrites) {
  const test::TempDir dir;
  const std::vector<double> numbers = {1, 2.5, -3, 4, 5, 6};
  const auto bytes = std::as_bytes(std::span(numbers));
  {
    Writer writer(dir / "a.h5");
    writer.add_array({"g/h/numbers", event::Type::float64, {2, 3}, {bytes.begin(), bytes.end()}});
    writer.add_array({"g/none", event::Type::int64, {0}, {}});
    writer.add_strings("g/names", {"first", "", "\xc3\xa9"});
    writer.add_strings("g/nobody", {});
    writer.set_attribute_list("g", "list", {"a", "bc"});
    writer.set_attribute_list("g", "empty", {});
    EXPECT_EQ(test::error_of([&] { writer.add_array({"bad", event::Type::int64, {2}, {}}); }), core::ErrorCode::usage);
    EXPECT_EQ(test::error_of([&] { writer.add_strings("bad", {std::string("a\0b", 3)}); }), core::ErrorCode::usage);
    writer.commit();
  }
  const auto source = open(dir / "a.h5");
  EXPECT_EQ(read_numbers(*source, "g/h", "numbers"), numbers);
  EXPECT_TRUE(read_numbers(*source, "g", "none").empty());
  EXPECT_EQ(test::error_of([&] { read_numbers(*source, "g/h", "numbers", 5); }), core::ErrorCode::limit);
  EXPECT_EQ(read_strings(dir / "a.h5", "g/names"), (std::vector<std::string>{"first", "", "\xc3\xa9"}));
  EXPECT_TRUE(read_strings(dir / "a.h5", "g/nobody").empty());
  EXPECT_EQ(test::error_of([&] { read_strings(dir / "a.h5", "g/h/numbers"); }), core::ErrorCode::unsupported);
  EXPECT_EQ(test::error_of([&] { read_strings(dir / "a.h5", "g"); }), core::ErrorCode::mismatch);
  EXPECT_EQ(read_attribute_list(dir / "a.h5", "g", "list"), (std::vector<std::string>{"a", "bc"}));
  EXPECT_EQ(read_attribute_list(dir / "a.h5", "g", "empty"), std::vector<std::string>{});
  TRIGLOOP_NEEDS_PEERS();
  const auto told = test::run_command(
      {test::peer_python(), "-c",
       "import h5py,sys\nf=h5py.File(sys.argv[1])['g']\nd=f['h/numbers']\n"
       "print(d.shape,d.dtype,d.chunks,d[:].tolist(),[n.decode() for n in f['names']],f['none'].shape,"
       "list(f.attrs['list']),f.attrs['empty'].dtype,f.attrs['empty'].shape)",
       dir / "a.h5"});
  EXPECT_EQ(told.out,
            "(2, 3) float64 None [[1.0, 2.5, -3.0], [4.0, 5.0, 6.0]] ['first', '', '\xc3\xa9'] (0,) "
            "['a', 'bc'] float64 (0,)\n")
      << told.err;
}

}  // namespace
}  // namespace trigloop::io::hdf5
