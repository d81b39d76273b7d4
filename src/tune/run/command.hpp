#pragma once
// The words and the environment of a trial's command.
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "tune/run/study_file.hpp"

namespace trigloop::tune {

/// The command with {name} replaced by values, quoted where it is a line for the shell.
std::vector<std::string> command_words(const StudyFile& study, const Trial& trial);

/// The keys of a training's configuration that a trial sets, and their values; not those of parameters that it lacks.
std::vector<std::pair<std::string, std::string>> trial_settings(const StudyFile& study, const Trial& trial);

/// This process's environment and, over it, what a trial is told (process.hpp).
std::vector<std::string> trial_environment(const StudyFile& study, const Trial& trial,
                                           const std::filesystem::path& folder, const std::string& gpus);

}  // namespace trigloop::tune
