#include "core/shell.hpp"

#include <gtest/gtest.h>

#include "test/support/support.hpp"

namespace trigloop::core {
namespace {

TEST(Shell, QuotesEveryWordForTheShell) {
  for (const std::string word : {"", "a b", "it's", "$(date)", "*", "a\nb", "\"", "\\"}) {
    EXPECT_EQ(test::run_command({"sh", "-c", "printf %s " + shell_quoted(word)}).out, word);
  }
}

}  // namespace
}  // namespace trigloop::core
