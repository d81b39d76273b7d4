// Which storage a location is.
#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>

#include "core/error.hpp"
#include "tune/storage/journal.hpp"
#include "tune/storage/rdb.hpp"

namespace trigloop::tune {
namespace {

namespace fs = std::filesystem;
using core::Error;
using core::ErrorCode;

struct Location {
  bool sqlite;
  fs::path path;
};

bool begins_as_sqlite(const fs::path& path) {
  std::array<char, 16> head{};
  std::ifstream(path, std::ios::binary).read(head.data(), head.size());
  return std::string_view(head.data(), head.size()) == std::string_view("SQLite format 3\0", 16);
}

Location parse(const std::string& text) {
  constexpr std::string_view sqlite = "sqlite:///", journal = "journal:";
  if (text.starts_with(sqlite)) return {true, text.substr(sqlite.size())};
  if (text.starts_with(journal)) return {false, text.substr(journal.size())};
  if (text.find("://") != text.npos)
    throw Error(ErrorCode::unsupported, "a storage '" + core::escaped(text) + "' is not read or written")
        .remedy("Use sqlite:///FILE, or journal:FILE where several machines share a file system");
  if (text.empty()) throw Error(ErrorCode::usage, "a storage needs a name");
  const fs::path path = text;
  std::error_code ignored;
  if (fs::is_regular_file(path, ignored) && fs::file_size(path, ignored) > 0) return {begins_as_sqlite(path), path};
  const std::array<fs::path, 3> endings{".db", ".sqlite", ".sqlite3"};
  return {std::ranges::find(endings, path.extension()) != endings.end(), path};
}

}  // namespace

std::unique_ptr<Storage> open_storage(const std::string& location, const OpenStorage& open) {
  const Location at = parse(location);
  if (open.directions.empty() && !fs::exists(at.path))
    throw Error(ErrorCode::not_found, "there is no such study storage").file(at.path.native());
  if (at.sqlite) return std::make_unique<Rdb>(at.path, open);
  return std::make_unique<Journal>(at.path, open);
}

std::vector<StudySummary> list_studies(const std::string& location) {
  const Location at = parse(location);
  if (!fs::exists(at.path)) throw Error(ErrorCode::not_found, "there is no such study storage").file(at.path.native());
  return at.sqlite ? Rdb::list(at.path) : Journal::list(at.path);
}

}  // namespace trigloop::tune
