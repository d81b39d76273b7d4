// Writes that end early: nothing that looks whole may stand under the final name.
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <functional>

#include "core/error.hpp"
#include "test/io/root/sample.hpp"

namespace trigloop::io::root {
namespace {

using test::Sample;
using test::TempDir;

/// Runs `work` in a child process and returns its wait status; an Error's code becomes the exit status.
int in_child(const std::function<void()>& work) {
  const pid_t child = ::fork();
  if (child == 0) {
    int status = 0;
    try {
      work();
    } catch (const core::Error& e) {
      status = static_cast<int>(e.code());
    }
    ::_exit(status);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return status;
}

// One thread: a child of fork has only the thread that called it.
const WriterOptions options{.cluster_entries = 100, .threads = 1};

void write(const std::filesystem::path& path, const Sample& sample) {
  Writer writer(path, options);
  writer.add_table(sample.spec);
  sample.append_to(writer, 0, 50);
  writer.commit();
}

TEST(RootWriterFailure, AFullDiskAtAnyByteIsAnErrorAndLeavesNothing) {
  const TempDir dir;
  const Sample sample = test::random_sample(test::every_type_table(), 250, 1);
  write(dir / "whole.root", sample);
  const auto size = std::filesystem::file_size(dir / "whole.root");
  std::filesystem::remove(dir / "whole.root");
  for (const std::uintmax_t room : {std::uintmax_t{0}, std::uintmax_t{99}, std::uintmax_t{500}, size / 2, size - 1}) {
    const int status = in_child([&] {
      std::signal(SIGXFSZ, SIG_IGN);
      const rlimit limit{room, room};  // stands for the full disk
      ::setrlimit(RLIMIT_FSIZE, &limit);
      write(dir / "f.root", sample);
    });
    EXPECT_EQ(WEXITSTATUS(status), static_cast<int>(core::ErrorCode::output)) << room;
    EXPECT_TRUE(std::filesystem::is_empty(dir.path())) << room;
  }
}

TEST(RootWriterFailure, AKillBeforeCommitLeavesTheOldFile) {
  const TempDir dir;
  test::write_file(dir / "f.root", "old");
  const Sample sample = test::random_sample(test::every_type_table(), 250, 1);
  const int status = in_child([&] {
    Writer writer(dir / "f.root", options);
    writer.add_table(sample.spec);
    sample.append_to(writer, 0, 50);
    ::raise(SIGKILL);
  });
  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(test::read_file(dir / "f.root"), "old");
  // What stays is hidden, and has no header.
  for (const auto& entry : std::filesystem::directory_iterator(dir.path())) {
    if (entry.path().filename() == "f.root") continue;
    EXPECT_EQ(entry.path().filename().native().front(), '.');
    EXPECT_NE(test::read_file(entry.path()).substr(0, 4), "root");
  }
}

TEST(RootWriterFailure, WithoutCommitNothingAppears) {
  const TempDir dir;
  const Sample sample = test::random_sample(test::every_type_table(), 250, 1);
  {
    Writer writer(dir / "f.root", options);
    writer.add_table(sample.spec);
    sample.append_to(writer, 0);
  }
  EXPECT_TRUE(std::filesystem::is_empty(dir.path()));
}

}  // namespace
}  // namespace trigloop::io::root
