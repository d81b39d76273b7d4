#pragma once
// How many trials run at a time, and which GPUs each of them sees.
#include <filesystem>
#include <string>
#include <vector>

#include "tune/run/study_file.hpp"

namespace trigloop::tune {

/// The names of the GPUs that this process may use: those of CUDA_VISIBLE_DEVICES or ROCR_VISIBLE_DEVICES, which batch
/// systems set; without them all of the machine, by the files of the drivers of NVIDIA and AMD below `root`.
std::vector<std::string> visible_gpus(const std::filesystem::path& root = "/");

/// As many as the study says, or as cores and GPUs allow. Error: mismatch, if trials need GPUs and there are too few.
unsigned slots_of(const StudyFile& study, const std::vector<std::string>& gpus);

/// The GPUs of a slot, as CUDA_VISIBLE_DEVICES takes them: whole ones side by side, or one that several slots share.
std::string gpus_of(const StudyFile& study, const std::vector<std::string>& gpus, unsigned slot);

}  // namespace trigloop::tune
