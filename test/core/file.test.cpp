#include "core/file.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <functional>

#include "test/support/support.hpp"

namespace trigloop::core {
namespace {

using test::TempDir;

ErrorCode code_of(const std::function<void()>& f) {
  try {
    f();
  } catch (const Error& e) {
    EXPECT_FALSE(e.file_name().empty()) << e.what();
    return e.code();
  }
  ADD_FAILURE() << "no error";
  return ErrorCode::internal;
}

TEST(InputFile, ReadsBytesAtAnOffset) {
  const TempDir dir;
  test::write_file(dir / "a b\n", "0123456789");
  const InputFile file(dir / "a b\n");
  std::string four(4, ' ');
  file.read(3, std::as_writable_bytes(std::span(four)));
  EXPECT_EQ(four, "3456");
  EXPECT_EQ(file.size(), 10u);
}

TEST(InputFile, RefusesToReadPastTheEnd) {
  const TempDir dir;
  test::write_file(dir / "f", "0123456789");
  const InputFile file(dir / "f");
  std::string two(2, ' ');
  EXPECT_EQ(code_of([&] { file.read(9, std::as_writable_bytes(std::span(two))); }), ErrorCode::damaged);
  EXPECT_EQ(code_of([&] { file.read(~0ull, std::as_writable_bytes(std::span(two))); }), ErrorCode::damaged);
}

TEST(InputFile, RefusesWhatIsNotAFile) {
  const TempDir dir;
  EXPECT_EQ(code_of([&] { InputFile f(dir / "missing"); }), ErrorCode::not_found);
  EXPECT_EQ(code_of([&] { InputFile f(dir.path()); }), ErrorCode::not_found);
  ASSERT_EQ(::mkfifo((dir / "pipe").c_str(), 0600), 0);
  EXPECT_EQ(code_of([&] { InputFile f(dir / "pipe"); }), ErrorCode::not_found);
}

TEST(InputFile, NoticesThatTheFileGrewOrShrank) {
  const TempDir dir;
  test::write_file(dir / "f", "0123456789");
  const InputFile file(dir / "f");
  file.check_unchanged();
  test::write_file(dir / "f", "01234");
  EXPECT_EQ(code_of([&] { file.check_unchanged(); }), ErrorCode::damaged);
  std::string ten(10, ' ');
  EXPECT_EQ(code_of([&] { file.read(0, std::as_writable_bytes(std::span(ten))); }), ErrorCode::damaged);
}

TEST(OutputFile, AppearsOnlyByCommit) {
  const TempDir dir;
  {
    OutputFile file(dir / "out");
    file.write("hello world");
    file.write_at(0, std::as_bytes(std::span("J", 1)));
    EXPECT_FALSE(std::filesystem::exists(dir / "out"));
    file.commit();
  }
  EXPECT_EQ(test::read_file(dir / "out"), "Jello world");
}

TEST(OutputFile, LeavesNothingWithoutCommit) {
  const TempDir dir;
  test::write_file(dir / "out", "old");
  { OutputFile(dir / "out").write("new"); }
  EXPECT_EQ(test::read_file(dir / "out"), "old");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(dir.path()), {}), 1);
}

TEST(OutputFile, AFullDiskIsAnErrorAndLeavesNothing) {
  const TempDir dir;
  // A limit on the file size stands for the full disk.
  std::signal(SIGXFSZ, SIG_IGN);
  const pid_t child = ::fork();
  if (child == 0) {
    const rlimit limit{1000, 1000};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    int status = 1;
    try {
      OutputFile file(dir / "out");
      file.write(std::string(2000, 'x'));
    } catch (const Error& e) {
      status = static_cast<int>(e.code());
    }
    ::_exit(status);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(WEXITSTATUS(status), static_cast<int>(ErrorCode::output));
  EXPECT_TRUE(std::filesystem::is_empty(dir.path()));
}

TEST(OutputFile, SaysThatTheFolderIsMissing) {
  const TempDir dir;
  EXPECT_EQ(code_of([&] { OutputFile f(dir / "no/out"); }), ErrorCode::output);
}

TEST(ReadText, RefusesHugeFiles) {
  const TempDir dir;
  test::write_file(dir / "t", "abc");
  EXPECT_EQ(read_text(dir / "t"), "abc");
  EXPECT_EQ(code_of([&] { read_text(dir / "t", 2); }), ErrorCode::limit);
}

}  // namespace
}  // namespace trigloop::core
