// trigloop tune run --warm-start: a study that begins with the best trials of earlier ones.
#include <filesystem>
#include <iostream>

#include "app/tune/commands.hpp"
#include "registry/registry.hpp"
#include "tune/run/warm_start.hpp"

namespace trigloop::app {
namespace {

namespace fs = std::filesystem;

bool is_location(const std::string& word) {
  return word.starts_with("sqlite:") || word.starts_with("journal:") || fs::exists(word);
}

std::string path_of(std::string location) {
  for (const std::string_view prefix : {"sqlite:///", "journal:"})
    if (location.starts_with(prefix)) location.erase(0, prefix.size());
  return fs::absolute(location).lexically_normal();
}

tune::EarlierStudy of_storage(const std::string& word, std::size_t most) {
  const bool is_study_file = word.ends_with(".yml") || word.ends_with(".yaml");
  const OpenedStudy study = is_study_file ? ShownStudy{word, "", ""}.open() : ShownStudy{"", word, ""}.open();
  return {path_of(word), tune::earlier_trials(study.storage->history(), most)};
}

tune::EarlierStudy of_registry(const std::string& word, const std::string& folder, std::size_t most) {
  if (folder.empty())
    throw core::Error(core::ErrorCode::not_found, "is neither a study file nor a storage")
        .file(word)
        .remedy("For a study of a registry, say --registry");
  registry::Registry store(folder, registry::Access::read);
  const std::string id = store.resolve(word);
  const auto files = store.files(id);
  if (store.get(id).kind != "study" || files.size() != 1)
    throw core::Error(core::ErrorCode::mismatch, "is no study of `trigloop tune run`").file(word);
  try {
    return {id, tune::earlier_trials(store.objects().read(files[0], 1u << 30), most)};
  } catch (core::Error& e) {
    e.file(word);
    throw;
  }
}

}  // namespace

void WarmStart::add_to(CLI::App& command) {
  command.add_option(
      "--warm-start", studies,
      "Begin with the best trials of earlier studies: study files, storages, or studies of the registry");
  command.add_option("--warm-trials", trials, "With --warm-start: so many of each")
      ->check(CLI::Range(1, 100'000))
      ->capture_default_str();
}

void WarmStart::begin(tune::Storage& storage, const tune::StudyFile& study, const std::string& registry) const {
  if (studies.empty() || storage.history().size() > 0) return;
  std::vector<tune::EarlierStudy> earlier;
  for (const std::string& word : studies)
    earlier.push_back(is_location(word) ? of_storage(word, trials) : of_registry(word, registry, trials));
  for (const std::string& note : tune::warm_start(storage, study.space, earlier, study.trials))
    std::cerr << "trigloop: warm start: " << note << ": left to the sampler\n";
}

void record_warm_start(Recorder& record, const tune::History& history) {
  for (const std::string& origin : tune::warm_origins(history)) {
    if (fs::is_regular_file(origin))
      record.input("warm start", "study", origin);
    else if (origin.find('/') == origin.npos)
      record.input_artifact("warm start", origin);
  }
}

}  // namespace trigloop::app
