#include "io/any/any.hpp"

#include <gtest/gtest.h>

#include "io/npy/npy.hpp"
#include "test/io/columns.hpp"
#include "test/support/support.hpp"

namespace trigloop::io {
namespace {

using core::ErrorCode;
using test::error_of;

TEST(Open, GoesByContentNotByName) {
  const test::TempDir dir;
  const std::vector<std::int16_t> values{1, 2, 3};
  npy::write_npy(dir / "numbers.root", {event::Type::int16, {3}, test::bytes_of(values)});
  EXPECT_EQ(open(dir / "numbers.root")->info().format, "npy");
  npy::NpzWriter writer(dir / "name with\nlines and spaces");
  writer.add("a", {event::Type::int16, {3}, test::bytes_of(values)});
  writer.commit();
  EXPECT_EQ(open(dir / "name with\nlines and spaces")->info().format, "npz");
}

TEST(Open, SaysWhatIsWrongWithWhatItCannotOpen) {
  const test::TempDir dir;
  std::string text;
  EXPECT_EQ(error_of([&] { open(dir / "missing"); }), ErrorCode::not_found);
  test::write_file(dir / "empty", "");
  EXPECT_EQ(error_of([&] { open(dir / "empty"); }, &text), ErrorCode::damaged);
  EXPECT_NE(text.find("is empty"), std::string::npos);
  test::write_file(dir / "text", "what is this");
  EXPECT_EQ(error_of([&] { open(dir / "text"); }, &text), ErrorCode::unsupported);
  EXPECT_NE(text.find(".npy"), std::string::npos);
  EXPECT_EQ(error_of([&] { open(dir.path()); }), ErrorCode::unsupported);
  test::write_file(dir / "x", "x");
  EXPECT_EQ(error_of([&] { open(dir / "x"); }), ErrorCode::unsupported);
}

}  // namespace
}  // namespace trigloop::io
