#include "registry/database.hpp"

#include <sqlite3.h>

#include <cerrno>
#include <cmath>
#include <cstring>
#include <utility>

namespace trigloop::registry {
namespace {

using core::Error;
using core::ErrorCode;

constexpr int wait_ms = 60'000;

bool is_damage(int status) { return status == SQLITE_CORRUPT || status == SQLITE_NOTADB || status == SQLITE_MISMATCH; }

void bind(sqlite3_stmt* statement, int at, const Value& value) {
  if (const auto* v = std::get_if<std::int64_t>(&value)) {
    sqlite3_bind_int64(statement, at, *v);
  } else if (const auto* d = std::get_if<double>(&value)) {
    sqlite3_bind_double(statement, at, *d);
  } else if (const auto* t = std::get_if<std::string>(&value)) {
    sqlite3_bind_text64(statement, at, t->data(), t->size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  } else {
    sqlite3_bind_null(statement, at);
  }
}

}  // namespace

Query::Query(Database& database, std::string sql, sqlite3_stmt* statement)
    : database_(&database), sql_(std::move(sql)), statement_(statement) {}

Query::Query(Query&& other) noexcept
    : database_(other.database_), sql_(std::move(other.sql_)), statement_(std::exchange(other.statement_, nullptr)) {}

Query::~Query() {
  if (statement_ == nullptr) return;
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
  if (!database_->idle_.emplace(std::move(sql_), statement_).second) sqlite3_finalize(statement_);
}

bool Query::next() {
  const int status = sqlite3_step(statement_);
  if (status == SQLITE_ROW) return true;
  if (status != SQLITE_DONE) database_->fail(status);
  return false;
}

int Query::columns() const { return sqlite3_column_count(statement_); }
bool Query::is_null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }
std::int64_t Query::integer(int column) const { return sqlite3_column_int64(statement_, column); }
double Query::real(int column) const {
  return is_null(column) ? std::nan("") : sqlite3_column_double(statement_, column);
}

std::string Query::text(int column) const {
  const auto* const bytes = static_cast<const char*>(sqlite3_column_blob(statement_, column));
  const int n = sqlite3_column_bytes(statement_, column);
  return bytes == nullptr ? std::string() : std::string(bytes, static_cast<std::size_t>(n));
}

Value Query::value(int column) const {
  switch (sqlite3_column_type(statement_, column)) {
    case SQLITE_NULL:
      return {};
    case SQLITE_INTEGER:
      return integer(column);
    case SQLITE_FLOAT:
      return real(column);
    default:
      return text(column);
  }
}

Database::Database(const std::filesystem::path& path, Access access, std::string restore)
    : path_(path), restore_(std::move(restore)) {
  const int flags = access == Access::read ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  const int status = sqlite3_open_v2(path.c_str(), &handle_, flags | SQLITE_OPEN_NOMUTEX, nullptr);
  try {
    if (status != SQLITE_OK) fail(status);
    sqlite3_busy_timeout(handle_, wait_ms);
    // A file from a stranger must not run functions from its schema.
    script("PRAGMA trusted_schema=OFF; PRAGMA foreign_keys=ON; PRAGMA cell_size_check=ON");
    if (access == Access::write || access == Access::exclusive) script("PRAGMA journal_mode=WAL");
    if (access != Access::read) script("PRAGMA synchronous=FULL");
    if (access == Access::read) script("PRAGMA query_only=ON");
  } catch (...) {
    sqlite3_close_v2(handle_);
    throw;
  }
}

Database::~Database() {
  for (const auto& [sql, statement] : idle_) sqlite3_finalize(statement);
  sqlite3_close_v2(handle_);
}

Query Database::bound(std::string_view sql, const std::vector<Value>& values) {
  std::string text(sql);
  sqlite3_stmt* statement = nullptr;
  if (const auto found = idle_.find(text); found != idle_.end()) {
    statement = found->second;
    idle_.erase(found);
  } else {
    const int status = sqlite3_prepare_v3(handle_, text.c_str(), static_cast<int>(text.size() + 1),
                                          SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
    if (status != SQLITE_OK) fail(status);
  }
  for (std::size_t i = 0; i < values.size(); ++i) bind(statement, static_cast<int>(i + 1), values[i]);
  return {*this, std::move(text), statement};
}

void Database::script(const std::string& sql) {
  const int status = sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr);
  if (status != SQLITE_OK) fail(status);
}

int Database::changes() const { return sqlite3_changes(handle_); }

void Database::fail(int status) const {
  const int system_error = handle_ == nullptr ? 0 : sqlite3_system_errno(handle_);
  std::string reason = handle_ == nullptr ? sqlite3_errstr(status) : sqlite3_errmsg(handle_);
  status &= 0xff;
  if (status == SQLITE_IOERR && system_error != 0) reason = std::strerror(system_error);
  if (status == SQLITE_FULL) reason = std::strerror(ENOSPC);
  Error error(
      is_damage(status) ? ErrorCode::damaged
      : status == SQLITE_ERROR || status == SQLITE_MISUSE || status == SQLITE_CONSTRAINT || status == SQLITE_RANGE
          ? ErrorCode::internal
      : status == SQLITE_NOMEM ? ErrorCode::limit
                               : ErrorCode::output,
      (is_damage(status) ? "is damaged: " : "cannot be used: ") + reason);
  if (is_damage(status)) error.remedy(restore_);
  if (status == SQLITE_FULL) error.remedy("Free some space; nothing was changed");
  if (status == SQLITE_BUSY) error.remedy("Another process has held it for a minute: wait for it, or stop it");
  if (status == SQLITE_READONLY || status == SQLITE_CANTOPEN || status == SQLITE_PERM)
    error.remedy("The file and its folder must be writable for you, also for reading");
  throw error.file(path_.native()).cause(status == SQLITE_FULL ? ENOSPC : system_error);
}

Transaction::Transaction(Database& database) : database_(database) {
  if (database_.depth_ == 0) database_.run("BEGIN IMMEDIATE");
  ++database_.depth_;
}

Transaction::~Transaction() {
  if (!open_) return;
  --database_.depth_;
  // An inner failure leaves as an exception, so the outer one rolls back, too. SQLite itself may have done it already.
  if (database_.depth_ == 0 && sqlite3_get_autocommit(database_.handle_) == 0)
    sqlite3_exec(database_.handle_, "ROLLBACK", nullptr, nullptr, nullptr);
}

void Transaction::commit() {
  if (database_.depth_ == 1) database_.run("COMMIT");
  --database_.depth_;
  open_ = false;
}

}  // namespace trigloop::registry
