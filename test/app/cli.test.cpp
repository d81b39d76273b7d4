// The program as a user meets it: help, errors, exit codes, pipes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "core/error.hpp"
#include "test/support/support.hpp"

namespace trigloop::test {
namespace {

using testing::HasSubstr;

CommandResult trigloop(std::vector<std::string> words) {
  words.insert(words.begin(), program().native());
  return run_command(words);
}

CommandResult shell(const std::string& line) {
  return run_command({"bash", "-c", "set -o pipefail; trigloop=$1; " + line, "bash", program().native()});
}

/// The names in the help of `command`: under titles of stages, or under "Subcommands:".
std::vector<std::string> subcommands(const std::vector<std::string>& command) {
  std::vector<std::string> words = command, names;
  words.push_back("--help");
  std::istringstream help(trigloop(words).out);
  bool inside = false;
  for (std::string line; std::getline(help, line) && line != "Exit codes:";) {
    std::istringstream cells(line);
    if (std::string name; inside && line.starts_with("  ") && line[2] != ' ' && cells >> name) names.push_back(name);
    if (line.empty()) inside = false;
    inside |= command.empty() ? line.ends_with(':') && line != "Options:" : line == "Subcommands:";
  }
  return names;
}

TEST(EveryCommand, ShowsExamplesInItsHelp) {
  const std::vector<std::string> commands = subcommands({});
  ASSERT_THAT(commands, testing::IsSupersetOf({"inspect", "scout", "registry"}));
  for (const std::string& command : commands) {
    const CommandResult help = trigloop({command, "--help"});
    EXPECT_EQ(help.status, 0) << command;
    EXPECT_THAT(help.out, HasSubstr("Examples")) << command;
    for (const std::string& inner : subcommands({command})) {
      const CommandResult inner_help = trigloop({command, inner, "--help"});
      EXPECT_EQ(inner_help.status, 0) << command << ' ' << inner;
      EXPECT_THAT(inner_help.out, HasSubstr("Examples")) << command << ' ' << inner;
    }
  }
}

TEST(Program, ExitsWithTwoAndAHintOnWrongOptions) {
  for (const std::vector<std::string>& words :
       std::vector<std::vector<std::string>>{{},
                                             {"no-such-command"},
                                             {"inspect"},
                                             {"inspect", "--no-such-option", "x"},
                                             {"inspect", "x", "--threads", "0"}}) {
    const CommandResult result = trigloop(words);
    EXPECT_EQ(result.status, 2);
    EXPECT_EQ(result.out, "");
    EXPECT_THAT(result.err, HasSubstr("--help"));
  }
}

TEST(Program, SuggestsTheCommandThatWasMeant) {
  const CommandResult wrong = run_command({program().native(), "inspcet", "x.root"});
  EXPECT_EQ(wrong.status, 2);
  EXPECT_EQ(wrong.err, "trigloop: there is no command 'inspcet'. Did you mean 'inspect'?\n");
}

TEST(Program, NamesUnknownWordsBeforeItAsksForWhatIsMissing) {
  const auto error_of = [](const std::vector<std::string>& words) {
    const CommandResult wrong = trigloop(words);
    EXPECT_EQ(wrong.status, 2);
    return wrong.err;
  };
  EXPECT_EQ(error_of({"scout", "run", "--modell", "x"}),
            "trigloop: there is no option '--modell' of `trigloop scout run`. Did you mean '--model'?\n");
  EXPECT_EQ(error_of({"scout", "run", "--inptu=x"}),
            "trigloop: there is no option '--inptu' of `trigloop scout run`. Did you mean '--input'?\n");
  EXPECT_EQ(error_of({"scout", "shwo"}),
            "trigloop: there is no command 'shwo' of `trigloop scout`. Did you mean 'show'?\n");
  EXPECT_THAT(error_of({"score", "-Z"}), HasSubstr("`trigloop score --help` lists what there is"));
  EXPECT_THAT(error_of({"scout", "submit", "--slurm", "--", "--anything"}), HasSubstr("required"));
}

TEST(Program, DocumentsEveryExitCode) {
  const std::string documented = read_file(project_root() / "docs/exit-codes.md");
  const std::string help = trigloop({"--help"}).out;
  for (const int code : {1, 2, 3, 4, 5, 6, 7, 8, 130}) {
    const std::string text(core::describe(static_cast<core::ErrorCode>(code)));
    EXPECT_THAT(help, HasSubstr(text));
    EXPECT_THAT(documented, HasSubstr("| " + std::to_string(code) + " | " + text + " |"));
  }
}

TEST(Program, StopsQuietlyWhenTheReaderOfItsOutputIsGone) {
  const CommandResult result =
      shell("for i in {1..2000}; do echo \"$trigloop\"; done | xargs \"$trigloop\" inspect --json | true");
  EXPECT_EQ(result.err.find("standard output"), std::string::npos);
}

TEST(Program, FailsWhenStandardOutputIsFullOrClosed) {
  for (const char* redirection : {">/dev/full", ">&-"}) {
    const CommandResult result = shell(std::string("\"$trigloop\" --help ") + redirection);
    EXPECT_EQ(result.status, 7) << redirection;
    EXPECT_THAT(result.err, HasSubstr("cannot write to standard output"));
  }
}

TEST(Inspect, NamesTheFileTheReasonAndTheRemedy) {
  const TempDir scratch;
  write_file(scratch / "empty\nfile", "");
  const CommandResult missing = trigloop({"inspect", (scratch / "none").native()});
  EXPECT_EQ(missing.status, 3);
  EXPECT_THAT(missing.err, HasSubstr("none: cannot open"));
  EXPECT_EQ(trigloop({"inspect", (scratch / "empty\nfile").native()}).status, 4);
  EXPECT_THAT(trigloop({"inspect", (scratch / "empty\nfile").native()}).err, HasSubstr("empty\\nfile"));
}

TEST(Inspect, GoesOnAfterABadFileAndEndsWithItsCode) {
  const TempDir scratch;
  // A .npy of three bytes, as NumPy writes it.
  std::string header = "{'descr': '|u1', 'fortran_order': False, 'shape': (3,), }";
  header += std::string(117 - header.size(), ' ') + '\n';
  const std::string good = std::string("\x93NUMPY\x01\x00\x76\x00", 10) + header + "\x01\x02\x03";
  write_file(scratch / "good file.npy", good);
  const CommandResult result =
      trigloop({"inspect", (scratch / "none").native(), (scratch / "good file.npy").native(), "--json"});
  EXPECT_EQ(result.status, 3);
  EXPECT_THAT(result.out, HasSubstr(R"({"files":[{"version":1,"file":)"));
  EXPECT_THAT(result.out, HasSubstr(R"("error":{"code":3,)"));
  EXPECT_THAT(result.out, HasSubstr(R"("values":3,"min":1,"max":3,"sum":6)"));
}

}  // namespace
}  // namespace trigloop::test
