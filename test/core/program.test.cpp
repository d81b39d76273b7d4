// Other programs are ended when their time is over or nobody waits for them any longer.
#include "core/program.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "core/error.hpp"

namespace trigloop::core {
namespace {

using std::chrono::steady_clock, std::chrono::milliseconds, std::chrono::seconds;

ErrorCode code_of(const ProgramLimits& limits) {
  try {
    run_program({"sleep", "60"}, {}, limits);
  } catch (const Error& error) {
    return error.code();
  }
  return {};
}

TEST(Program, EndsAtItsDeadline) {
  const auto start = steady_clock::now();
  EXPECT_EQ(code_of({start + milliseconds(100), {}}), ErrorCode::limit);
  EXPECT_LT(steady_clock::now() - start, seconds(30));
}

TEST(Program, EndsWithTheThreadThatWaits) {
  ErrorCode code{};
  {
    std::jthread thread([&](std::stop_token stop) { code = code_of({{}, std::move(stop)}); });
  }
  EXPECT_EQ(code, ErrorCode::interrupted);
}

TEST(Program, GivesItsOutputWithinTheLimits) {
  const ProgramResult result =
      run_program({"sh", "-c", "echo out; exit 3"}, {}, {steady_clock::now() + seconds(60), {}});
  EXPECT_EQ(result.status, 3);
  EXPECT_EQ(result.output, "out\n");
}

}  // namespace
}  // namespace trigloop::core
