#include "scout/follow/quarantine.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>
#include <system_error>

#include "core/file.hpp"
#include "core/json_writer.hpp"
#include "core/sha256.hpp"
#include "scout/follow/utc.hpp"

namespace trigloop::scout {
namespace {

namespace fs = std::filesystem;
using core::Error;
using core::ErrorCode;
using nlohmann::json;

constexpr int version = 1;

[[noreturn]] void fail(const fs::path& path, const std::string& step, int error) {
  throw Error(ErrorCode::output, "cannot " + step + ": " + std::strerror(error)).file(path.native()).cause(error);
}

}  // namespace

QuarantineRecord quarantine_record(const fs::path& folder, const Sighting& seen, const std::string& id,
                                   const core::Error& why, std::int64_t at) {
  QuarantineRecord record;
  record.name = seen.name;
  record.path = folder / seen.name;
  record.id = id;
  record.bytes = seen.bytes;
  record.modified_ns = seen.modified_ns;
  record.at = utc_text(at);
  record.code = static_cast<int>(why.code());
  record.message = why.what();
  record.reason = why.reason();
  record.place = why.place();
  record.remedy = why.advice();
  if (why.has_offset()) record.offset = why.byte_offset();
  return record;
}

std::string format_quarantine(const QuarantineRecord& record) {
  core::JsonWriter out;
  out.begin_object().member("trigloop_quarantine", version).member("message", record.message);
  out.member("name", record.name).member("path", record.path.native()).member("id", record.id);
  out.member("bytes", record.bytes).member("modified_ns", record.modified_ns).member("at", record.at);
  out.key("error").begin_object().member("code", record.code).member("reason", record.reason);
  out.member("place", record.place).key("offset");
  record.offset ? out.value(*record.offset) : out.null();
  out.member("remedy", record.remedy).end_object();
  out.member("moved_to", record.moved_to.native()).end_object();
  return out.text() + "\n";
}

QuarantineRecord parse_quarantine(const std::string& text) {
  try {
    const json in = json::parse(text);
    if (in.at("trigloop_quarantine") != version)
      throw Error(ErrorCode::unsupported, "is a quarantine record of another version");
    QuarantineRecord record;
    record.name = in.at("name");
    record.path = in.at("path").get<std::string>();
    record.id = in.at("id");
    record.bytes = in.at("bytes");
    record.modified_ns = in.at("modified_ns");
    record.at = in.at("at");
    record.message = in.at("message");
    record.moved_to = in.at("moved_to").get<std::string>();
    const json& error = in.at("error");
    record.code = error.at("code");
    record.reason = error.at("reason");
    record.place = error.at("place");
    record.remedy = error.at("remedy");
    if (!error.at("offset").is_null()) record.offset = error.at("offset").get<std::uint64_t>();
    return record;
  } catch (const json::exception& e) {
    throw Error(ErrorCode::damaged, std::string("is no quarantine record: ") + e.what());
  }
}

/// One file a content of an input, so that adding twice is adding once.
fs::path Quarantine::file_of(const QuarantineRecord& record) const {
  const std::string key = record.name + "\n" + std::to_string(record.bytes) + "\n" + std::to_string(record.modified_ns);
  return folder_ / (core::sha256_hex(key).substr(0, 16) + ".json");
}

void Quarantine::add(QuarantineRecord record, bool move) {
  std::error_code error;
  fs::create_directories(folder_, error);
  if (error) fail(folder_, "make the folder", error.value());
  if (move) record.moved_to = folder_ / (file_of(record).stem().native() + "-" + record.path.filename().native());
  const auto write = [&] { core::write_file(file_of(record), format_quarantine(record)); };
  write();
  if (!move) return;
  fs::rename(record.path, record.moved_to, error);
  if (!error) return;
  record.moved_to.clear();  // another file system, or gone: it stays where it is
  write();
}

std::vector<QuarantineRecord> Quarantine::list(std::size_t* unreadable) const {
  std::vector<QuarantineRecord> records;
  std::error_code error;
  for (fs::directory_iterator at(folder_, error), end; !error && at != end; at.increment(error)) {
    if (at->path().extension() != ".json" || at->path().filename().native().starts_with('.')) continue;
    try {
      records.push_back(parse_quarantine(core::read_text(at->path(), 1u << 20)));
    } catch (const Error&) {
      if (unreadable != nullptr) ++*unreadable;
    }
  }
  std::ranges::sort(records, {}, &QuarantineRecord::name);
  return records;
}

bool Quarantine::holds(const Sighting& seen) const {
  QuarantineRecord record;
  record.name = seen.name;
  record.bytes = seen.bytes;
  record.modified_ns = seen.modified_ns;
  std::error_code ignored;
  return fs::exists(file_of(record), ignored);
}

void Quarantine::resolve(const std::string& name) {
  std::error_code ignored;
  for (const QuarantineRecord& record : list()) {
    if (record.name == name && record.moved_to.empty()) fs::remove(file_of(record), ignored);
  }
}

void Quarantine::lift(const QuarantineRecord& record) {
  std::error_code error;
  if (!record.moved_to.empty() && !fs::exists(record.path, error)) {
    fs::rename(record.moved_to, record.path, error);
    if (error) fail(record.path, "move it back", error.value());
  }
  fs::remove(file_of(record), error);
  if (error) fail(file_of(record), "remove the record", error.value());
}

}  // namespace trigloop::scout
