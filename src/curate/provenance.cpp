#include "curate/provenance.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "core/file.hpp"
#include "core/json_writer.hpp"
#include "core/sha256.hpp"
#include "io/hdf5/hdf5.hpp"

namespace trigloop::curate {
namespace {

namespace fs = std::filesystem;
using core::Error;
using core::ErrorCode;

InputIdentity identify_folder(const fs::path& path) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(path)) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  std::ranges::sort(files);
  InputIdentity identity{path, 0, ""};
  core::Sha256 all;
  for (const fs::path& file : files) {
    identity.bytes += fs::file_size(file);
    all.update(file.lexically_relative(path).native()).update("\n").update(core::sha256_of_file(file)).update("\n");
  }
  identity.sha256 = all.finish();
  return identity;
}

[[noreturn]] void refuse_change(const std::string& name, const std::string& from, const std::string& to) {
  throw Error(ErrorCode::mismatch, "signal set '" + name + "' has changed: its content was " + from + " and is " + to)
      .remedy(
          "Signal sets are immutable: give the new one another name, or remove the packed file and the pinned hash");
}

}  // namespace

InputIdentity identify(const fs::path& path) {
  try {
    if (fs::is_directory(path)) return identify_folder(path);
  } catch (const fs::filesystem_error& e) {
    throw Error(ErrorCode::not_found, e.code().message()).file(path.native());
  }
  return {path, core::InputFile(path).size(), core::sha256_of_file(path)};
}

std::string provenance_json(const Settings& settings, const std::vector<InputIdentity>& inputs) {
  core::JsonWriter json;
  json.begin_object().member("version", 1).key("settings").raw(settings.extra_json);
  json.key("inputs").begin_array();
  for (const InputIdentity& input : inputs) {
    json.begin_object().member("path", std::string_view(input.path.native())).member("bytes", input.bytes);
    json.member("sha256", std::string_view(input.sha256)).end_object();
  }
  json.end_array().end_object();
  return json.text();
}

bool is_packed(const fs::path& path) {
  if (!fs::exists(path)) return false;
  const auto is_background = [](const io::TableInfo& table) { return table.name.starts_with("Background_data/"); };
  if (fs::is_regular_file(path) && io::hdf5::is_hdf5(core::InputFile(path)) &&
      std::ranges::any_of(io::hdf5::open(path)->info().tables, is_background))
    return true;
  throw Error(ErrorCode::output, "exists, and is no packed file of events")
      .file(path.native())
      .remedy("Give another data_config.Processed_data_path or --output");
}

bool is_current(const Settings& settings, const std::string& provenance) {
  return io::hdf5::read_attribute(settings.output, "", "config") == settings.config_json &&
         io::hdf5::read_attribute(settings.output, "", "trigloop") == provenance;
}

void check_unchanged(const SignalSet& pinned, const std::vector<SignalSet>& before, const std::string& hash) {
  if (!pinned.hash.empty() && pinned.hash != hash) refuse_change(pinned.name, pinned.hash, hash);
  const auto old = std::ranges::find(before, pinned.name, &SignalSet::name);
  if (old != before.end() && !old->hash.empty() && old->hash != hash) refuse_change(pinned.name, old->hash, hash);
}

}  // namespace trigloop::curate
