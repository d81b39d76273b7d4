// ROOT files that earlier versions wrote must stay readable, with the values that were written.
#include <gtest/gtest.h>

#include "test/compat/root_v0_1.hpp"
#include "test/io/root/content.hpp"

namespace trigloop {
namespace {

TEST(CompatRoot, Version01IsRead) {
  const test::Sample sample = test::root_sample_v0_1();
  for (const char* codec : {"none", "zlib", "zstd", "lz4"}) {
    test::expect_sample(test::project_root() / "test/compat/v0.1" / ("events-" + std::string(codec) + ".root"), sample);
  }
}

}  // namespace
}  // namespace trigloop
