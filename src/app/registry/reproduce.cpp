// trigloop registry reproduce: makes a model again, and compares bits.
//
// The recorded configuration, inputs, recipe and parent go through the same commands, run by this program (or by
// another build, --program) in a folder of their own: curate, if the packed file is not there as it was, then train.
// Every file of the result is compared with the one in the registry.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <memory>
#include <optional>

#include "app/commands.hpp"
#include "app/registry/commands.hpp"
#include "core/file.hpp"
#include "core/json_writer.hpp"
#include "core/program.hpp"
#include "core/scratch.hpp"
#include "core/sha256.hpp"
#include "registry/checksum.hpp"
#include "registry/json.hpp"
#include "registry/lineage.hpp"
#include "registry/verify.hpp"

namespace trigloop::app {
namespace {

namespace fs = std::filesystem;
using core::Error;
using core::ErrorCode;
using registry::Registry;

struct Options {
  RegistryOptions registry;
  std::string which, work, program = "/proc/self/exe";
  unsigned threads = 0;
};

/// Files that tell where and when, not what: they differ between two places without any harm.
constexpr std::string_view says_where[] = {"bundle.json", "continual.json", "lite.h5", "SHA256SUMS"};

struct Verdict {
  std::vector<std::string> changed;                ///< inputs that are not what they were, and how
  std::vector<std::string> equal, other, missing;  ///< files of the result
  bool ran = false, same_code = true;

  bool is_equal() const { return ran && other.empty() && missing.empty(); }
};

class Reproducer {
 public:
  Reproducer(Registry& store, const Options& options, fs::path work)
      : store_(store), options_(options), work_(std::move(work)) {}

  Verdict run(const std::string& id) {
    const registry::Run made = maker(id, "train");
    check_code(made);
    std::vector<std::string> words{"train", "--no-registry", "--no-store", "--quiet", "--output", "model"};
    add_config(made, words);
    add_recipe(id, made, words);
    for (const char* option : {"--replay-share", "--normalisation", "--evaluate-every"}) {
      if (const std::string value = argument(made, option); !value.empty()) add(words, option, value);
    }
    for (const registry::Link& link : made.links) {
      if (link.output) continue;
      if (link.role == "data") add(words, "--data", data(link.artifact));
      if (link.role.starts_with("replay ")) add(words, "--replay", data(link.artifact));
      if (link.role == "parent") add(words, "--init", folder_with(link.artifact, "parent"));
    }
    if (!verdict_.changed.empty()) return std::move(verdict_);
    if (options_.threads > 0) add(words, "--threads", std::to_string(options_.threads));
    execute(words);
    compare(id);
    verdict_.ran = true;
    return std::move(verdict_);
  }

 private:
  static void add(std::vector<std::string>& words, const char* option, const std::string& value) {
    words.emplace_back(option);
    words.push_back(value);
  }

  registry::Run maker(const std::string& id, const std::string& command) {
    for (registry::Run& run : store_.runs_of(id, true)) {
      if (run.command == command) return std::move(run);
    }
    throw Error(ErrorCode::mismatch, "no recorded `" + command + "` made it")
        .file(id.substr(0, 12))
        .remedy("Only what trigloop itself made can be made again");
  }

  void check_code(const registry::Run& run) {
    const std::string recorded = registry::member_of_json(run.code, "program");
    verdict_.same_code = core::sha256_of_file(options_.program) == recorded;
  }

  void add_config(const registry::Run& run, std::vector<std::string>& words) {
    for (const registry::Link& link : run.links) {
      if (!link.output && link.role == "config")
        add(words, "--config", folder_with(link.artifact, run.command) + "/config.yaml");
    }
  }

  /// The value of an option as it was typed; "" if it was not.
  static std::string argument(const registry::Run& run, const std::string& option) {
    for (std::size_t i = 0; i < run.arguments.size(); ++i) {
      if (run.arguments[i] == option && i + 1 < run.arguments.size()) return run.arguments[i + 1];
      if (run.arguments[i].starts_with(option + "=")) return run.arguments[i].substr(option.size() + 1);
    }
    return "";
  }

  /// A recipe of a file travels in the bundle; its name is part of the model.
  void add_recipe(const std::string& id, const registry::Run& made, std::vector<std::string>& words) {
    const std::string name = argument(made, "--recipe");
    if (name.empty()) return;
    add(words, "--recipe", name);
    if (name.find_first_of("./") == name.npos) return;
    for (const registry::StoredFile& file : store_.files(id)) {
      if (file.path != "recipe.yml") continue;
      if (!registry::is_inside(name)) {
        if (!fs::exists(name) || core::sha256_of_file(name) != file.sha256) changed(name, "the recipe has changed");
      } else {
        store_.objects().copy_to(file, work_ / name);
      }
    }
  }

  /// An artefact's files in a folder.
  std::string folder_with(const std::string& id, const std::string& name) {
    const fs::path folder = work_ / ("from_" + name);
    for (const registry::StoredFile& file : store_.files(id)) store_.objects().copy_to(file, folder / file.path);
    return folder;
  }

  void changed(const std::string& uri, const std::string& how) { verdict_.changed.push_back(uri + ": " + how); }

  /// What is wrong with a reference; nothing, if it is what it was.
  static std::optional<std::string> trouble(const registry::Reference& r) {
    const fs::path path = registry::local_path(r.uri);
    if (path.empty()) return "is not on this machine";
    std::error_code error;
    const auto bytes = fs::file_size(path, error);
    if (error) return "is not there";
    if (bytes != r.bytes) return "has " + std::to_string(bytes) + " bytes in place of " + std::to_string(r.bytes);
    if (!r.checksum.empty() && registry::checksum_of_file(path, r.checksum) != r.checksum)
      return "its content was " + r.checksum;
    return std::nullopt;
  }

  /// The packed file: where it was, if it is as it was, else made again.
  std::string data(const std::string& id) {
    const auto references = store_.references(id);
    if (references.size() == 1 && !trouble(references.front())) return registry::local_path(references.front().uri);
    try {
      return curate(maker(id, "curate"));
    } catch (const Error&) {
      for (const registry::Reference& r : references) changed(r.uri, trouble(r).value_or("is there"));
      return "";
    }
  }

  std::string curate(const registry::Run& made) {
    std::vector<std::string> words{"curate", "--no-registry", "--quiet", "--output", work_ / "Data.h5"};
    add_config(made, words);
    const std::size_t before = verdict_.changed.size();
    for (const registry::Link& link : made.links) {
      if (link.output || link.role == "config") continue;
      for (const registry::Reference& r : store_.references(link.artifact)) {
        if (const auto how = trouble(r)) changed(r.uri, *how);
      }
    }
    if (verdict_.changed.size() == before) execute(words);
    return work_ / "Data.h5";
  }

  /// Runs the program in the folder of work. Its inputs are found by the names that were typed then, from here.
  void execute(std::vector<std::string> words) const {
    words.insert(words.begin(), fs::canonical(options_.program));
    // Configurations name their inputs from where curation was started.
    const core::ProgramResult made = core::run_program(words, words[1] == "curate" ? fs::path() : work_);
    if (made.status == 0) return;
    std::cerr << made.output;
    throw Error(ErrorCode::mismatch, "`" + words[1] + "` failed").remedy("Its message stands above");
  }

  void compare(const std::string& id) {
    for (const registry::StoredFile& file : store_.files(id)) {
      const fs::path path = work_ / "model" / file.path;
      const bool where = std::ranges::find(says_where, file.path) != std::end(says_where);
      if (!fs::exists(path))
        verdict_.missing.push_back(file.path);
      else if (core::sha256_of_file(path) == file.sha256)
        verdict_.equal.push_back(file.path);
      else if (!where)
        verdict_.other.push_back(file.path);
    }
  }

  Registry& store_;
  const Options& options_;
  fs::path work_;
  Verdict verdict_;
};

void write(core::JsonWriter& json, const char* key, const std::vector<std::string>& words) {
  json.key(key).begin_array();
  for (const std::string& word : words) json.value(std::string_view(word));
  json.end_array();
}

void print_json(const Verdict& v) {
  core::JsonWriter json;
  json.begin_object().member("equal", v.is_equal()).member("ran", v.ran).member("same_code", v.same_code);
  write(json, "changed_inputs", v.changed);
  write(json, "equal_files", v.equal);
  write(json, "other_files", v.other);
  write(json, "missing_files", v.missing);
  std::cout << json.end_object().text() << '\n';
}

void print(const Verdict& v) {
  for (const std::string& line : v.changed) std::cout << "changed input: " << line << '\n';
  for (const std::string& file : v.other) std::cout << "other bits: " << file << '\n';
  for (const std::string& file : v.missing) std::cout << "not made: " << file << '\n';
  if (!v.same_code) std::cout << "another build of trigloop than the recorded one\n";
  if (v.is_equal())
    std::cout << "bit-equal: " << v.equal.size() << " files\n";
  else
    std::cout << (v.ran ? "not equal\n" : "not made: inputs have changed\n");
}

void reproduce(const Options& options) {
  Registry store(folder_of(options.registry), registry::Access::read);
  const std::string id = store.resolve(options.which);
  std::string folder = options.work;
  std::optional<core::ScratchFolder> scratch;
  if (folder.empty())
    folder = scratch.emplace().path();
  else
    fs::create_directories(folder);
  const Verdict verdict = Reproducer(store, options, fs::canonical(folder)).run(id);
  scratch.reset();
  options.registry.json ? print_json(verdict) : print(verdict);
  if (!verdict.is_equal()) throw ErrorsReported{ErrorCode::mismatch};
}

}  // namespace

void add_registry_reproduce(CLI::App& registry) {
  auto options = std::make_shared<Options>();
  CLI::App* command = registry.add_subcommand("reproduce", "Make a model again, and compare every bit");
  add_registry_options(*command, options->registry);
  command->add_option("which", options->which, which_help)->required();
  command->add_option("--work", options->work, "Folder to work in, kept (default: a temporary one)");
  command->add_option("--program", options->program, "Another build of trigloop, to use its code")
      ->check(CLI::ExistingFile);
  command->add_option("--threads", options->threads, "Threads (default: all cores); the result does not depend on it")
      ->check(CLI::Range(1, 1024));
  command->footer(
      "Ends with 0 if all is equal, with 6 if not, or if an input has changed; it says which.\n"
      "Examples:\n  trigloop registry reproduce axol1tl@champion\n  trigloop registry reproduce 1a2b3c4d --work again");
  command->callback([options] { reproduce(*options); });
}

}  // namespace trigloop::app
