#include "test/faults/under_faults.hpp"

#include <algorithm>
#include <filesystem>

namespace trigloop::test {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> preloaded(const fs::path& folder, std::vector<std::string> settings,
                                   const std::vector<std::string>& words) {
  std::vector<std::string> all{"env", std::string("LD_PRELOAD=") + TRIGLOOP_FAULTS, "SOURCE_DATE_EPOCH=1700000000",
                               "TRIGLOOP_FAULTS_UNDER=" + folder.native()};
  all.insert(all.end(), settings.begin(), settings.end());
  all.insert(all.end(), words.begin(), words.end());
  return all;
}

}  // namespace

CommandResult run_under_faults(const fs::path& folder, const std::string& action, const std::vector<std::string>& words,
                               const std::string& calls) {
  fs::remove_all(folder.native() + ".saved");
  return run_command(words_under_faults(folder, action, words, calls));
}

std::vector<std::string> words_under_faults(const fs::path& folder, const std::string& action,
                                            const std::vector<std::string>& words, const std::string& calls) {
  return preloaded(folder, {"TRIGLOOP_FAULTS_DO=" + action, "TRIGLOOP_FAULTS_CALLS=" + calls}, words);
}

long count_calls(const fs::path& folder, const std::vector<std::string>& words, const std::string& calls) {
  const std::string file = folder.native() + ".count";
  const CommandResult result =
      run_command(preloaded(folder, {"TRIGLOOP_FAULTS_COUNT=" + file, "TRIGLOOP_FAULTS_CALLS=" + calls}, words));
  EXPECT_EQ(result.status, 0) << result.out << result.err;
  return std::stol(read_file(file));
}

std::vector<std::pair<std::string, std::string>> snapshot(const fs::path& folder, const std::string& except) {
  std::vector<std::pair<std::string, std::string>> files;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file() || entry.path().filename() == except) continue;
    files.emplace_back(entry.path().lexically_relative(folder), read_file(entry.path()));
  }
  std::ranges::sort(files);
  return files;
}

}  // namespace trigloop::test
