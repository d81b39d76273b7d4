#include "tune/run/slots.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "core/error.hpp"
#include "core/parallel.hpp"

namespace trigloop::tune {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> entries(const fs::path& folder) {
  std::error_code absent;
  std::vector<fs::path> all;
  for (const auto& entry : fs::directory_iterator(folder, absent)) all.push_back(entry.path());
  return all;
}

/// /dev/nvidia0, /dev/nvidia1, ...; not /dev/nvidiactl.
std::size_t nvidia_gpus(const fs::path& root) {
  return static_cast<std::size_t>(std::ranges::count_if(entries(root / "dev"), [](const fs::path& path) {
    const std::string name = path.filename();
    return name.starts_with("nvidia") && name.size() > 6 && name.find_first_not_of("0123456789", 6) == name.npos;
  }));
}

/// Nodes of the kernel's compute driver; processors are nodes, too, and have the id 0.
std::size_t amd_gpus(const fs::path& root) {
  return static_cast<std::size_t>(
      std::ranges::count_if(entries(root / "sys/class/kfd/kfd/topology/nodes"), [](const fs::path& node) {
        std::int64_t id = 0;
        return (std::ifstream(node / "gpu_id") >> id) && id != 0;
      }));
}

}  // namespace

std::vector<std::string> visible_gpus(const fs::path& root) {
  std::vector<std::string> names;
  for (const char* variable : {"CUDA_VISIBLE_DEVICES", "ROCR_VISIBLE_DEVICES"}) {
    const char* const list = std::getenv(variable);
    if (list == nullptr) continue;
    std::istringstream words(list);
    for (std::string word; std::getline(words, word, ',') && word != "-1" && word != "NoDevFiles";)
      names.push_back(word);
    return names;
  }
  const std::size_t nvidia = nvidia_gpus(root), count = nvidia > 0 ? nvidia : amd_gpus(root);
  for (std::size_t i = 0; i < count; ++i) names.push_back(std::to_string(i));
  return names;
}

unsigned slots_of(const StudyFile& study, const std::vector<std::string>& gpus) {
  if (study.gpus > static_cast<double>(gpus.size()))
    throw core::Error(core::ErrorCode::mismatch, gpus.empty() ? "trials need GPUs, and none is visible"
                                                              : "a trial needs more GPUs than are visible")
        .remedy("CUDA_VISIBLE_DEVICES or ROCR_VISIBLE_DEVICES name those that trials may use");
  if (study.workers > 0) return study.workers;
  const unsigned by_cores = std::max(1u, core::available_cores() / study.cpus);
  if (study.gpus <= 0) return by_cores;
  return std::max(1u, std::min(by_cores, static_cast<unsigned>(static_cast<double>(gpus.size()) / study.gpus)));
}

std::string gpus_of(const StudyFile& study, const std::vector<std::string>& gpus, unsigned slot) {
  if (study.gpus <= 0 || gpus.empty()) return "";
  if (study.gpus < 1) {
    const auto share = static_cast<unsigned>(1 / study.gpus);
    return gpus[slot / share % gpus.size()];
  }
  std::string list;
  const auto each = static_cast<std::size_t>(study.gpus);
  for (std::size_t i = 0; i < each; ++i) list += (i == 0 ? "" : ",") + gpus[(slot * each + i) % gpus.size()];
  return list;
}

}  // namespace trigloop::tune
