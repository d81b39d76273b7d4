#include "registry/objects.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <system_error>

#include "core/entries.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "core/sha256.hpp"

namespace trigloop::registry {
namespace {

namespace fs = std::filesystem;
using core::Error;
using core::ErrorCode;

void make_folders(const fs::path& folder) {
  if (fs::is_directory(folder)) return;
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) throw Error(ErrorCode::output, error.message()).file(folder.native()).cause(error.value());
  core::sync_folder(folder.parent_path());
}

[[noreturn]] void other_content(const fs::path& path) {
  throw Error(ErrorCode::damaged, "its content is not what its hash says")
      .file(path.native())
      .remedy("Take the file from a backup or another site's export");
}

}  // namespace

std::string copy_hashed(const fs::path& from, const fs::path& to, std::string_view expected) {
  constexpr std::uint64_t piece = 1u << 20;
  const core::InputFile in(from);
  core::OutputFile out(to);
  std::vector<std::byte> buffer(static_cast<std::size_t>(std::min(piece, in.size())));
  core::Sha256 hash;
  for (std::uint64_t at = 0; at < in.size(); at += piece) {
    const std::span part(buffer.data(), static_cast<std::size_t>(std::min(piece, in.size() - at)));
    in.read(at, part);
    hash.update(part);
    out.write(part);
  }
  in.check_unchanged();
  std::string sha256 = hash.finish();
  if (!expected.empty() && sha256 != expected) other_content(from);
  out.commit();
  return sha256;
}

void Objects::take(const fs::path& from, const StoredFile& file) const {
  if (is_whole(file)) return;
  const fs::path to = path_of(file.sha256);
  if (core::InputFile(from).size() != file.bytes) other_content(from);
  make_folders(to.parent_path());
  copy_hashed(from, to, file.sha256);
  ::chmod(to.c_str(), 0444);
}

fs::path Objects::path_of(std::string_view sha256) const {
  return folder_ / std::string(sha256.substr(0, 2)) / std::string(sha256.substr(2));
}

bool Objects::has(const StoredFile& file) const {
  std::error_code error;
  return fs::file_size(path_of(file.sha256), error) == file.bytes && !error;
}

bool Objects::is_whole(const StoredFile& file) const {
  if (!has(file)) return false;
  const fs::path path = path_of(file.sha256);
  if (core::sha256_of_file(path) != file.sha256) return false;
  core::sync_folder(path.parent_path());
  core::sync_folder(folder_);
  return true;
}

StoredFile Objects::put(const fs::path& from, std::string path_in_artifact) const {
  StoredFile file{std::move(path_in_artifact), core::InputFile(from).size(), core::sha256_of_file(from)};
  if (is_whole(file)) return file;
  const fs::path to = path_of(file.sha256);
  make_folders(to.parent_path());
  if (copy_hashed(from, to) != file.sha256)
    throw Error(ErrorCode::damaged, "changes while it is read").file(from.native());
  ::chmod(to.c_str(), 0444);  // a reminder; whoever owns it can still
  return file;
}

StoredFile Objects::put_text(std::string_view text, std::string path_in_artifact) const {
  StoredFile file{std::move(path_in_artifact), text.size(), core::sha256_hex(text)};
  if (is_whole(file)) return file;
  const fs::path to = path_of(file.sha256);
  make_folders(to.parent_path());
  core::write_file(to, text);
  ::chmod(to.c_str(), 0444);
  return file;
}

std::string Objects::read(const StoredFile& file, std::uint64_t max_bytes) const {
  const fs::path path = path_of(file.sha256);
  std::string text = core::read_text(path, max_bytes);
  if (core::sha256_hex(text) != file.sha256) other_content(path);
  return text;
}

void Objects::copy_to(const StoredFile& file, const fs::path& to) const {
  make_folders(fs::absolute(to).parent_path());
  copy_hashed(path_of(file.sha256), to, file.sha256);
}

std::vector<Objects::Entry> Objects::list() const {
  std::vector<Entry> entries;
  std::error_code error;
  if (!fs::exists(folder_, error)) return entries;
  for (const auto& entry : fs::recursive_directory_iterator(folder_)) {
    if (entry.is_directory()) continue;
    const std::string name = entry.path().parent_path().filename().native() + entry.path().filename().native();
    const bool object = is_sha256(name) && entry.is_regular_file() && entry.path() == path_of(name);
    entries.push_back({object ? name : "", entry.path(), entry.is_regular_file() ? entry.file_size() : 0});
  }
  std::ranges::sort(entries, {}, &Entry::path);
  return entries;
}

}  // namespace trigloop::registry
