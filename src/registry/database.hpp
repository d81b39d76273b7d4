#pragma once
// SQLite, as little as the registry needs of it: statements with typed values, transactions that nest, errors in words.
//
// Every write is one transaction that takes the write lock at its beginning, so writers queue (for up to a minute)
// instead of failing half-way. The journal is a write-ahead log with a sync at each commit: what was committed survives
// the death of the process and of the machine.
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

#include "core/error.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace trigloop::registry {

/// NULL, INTEGER, REAL, TEXT.
using Value = std::variant<std::monostate, std::int64_t, double, std::string>;

class Database;

/// A statement with its values bound; it goes back to the database when it is done with.
class Query {
 public:
  Query(Query&& other) noexcept;
  Query& operator=(Query&&) = delete;
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;
  ~Query();

  /// The next row; false at the end. Errors: those of Database.
  bool next();
  int columns() const;
  Value value(int column) const;
  bool is_null(int column) const;
  std::int64_t integer(int column) const;
  double real(int column) const;
  std::string text(int column) const;

 private:
  friend class Database;
  Query(Database& database, std::string sql, sqlite3_stmt* statement);

  Database* database_;
  std::string sql_;
  sqlite3_stmt* statement_;
};

/// `shared`: writes to a database that others made, and leaves to it how it keeps its journal.
enum class Access : std::uint8_t { read, write, exclusive, shared };

/// One connection, for one thread.
///
/// Errors: damaged (no database, or broken pages); output (disk full, locked for more than a minute, I/O).
class Database {
 public:
  /// Makes the file where it is missing, unless `access` is read. `restore` is the advice for a damaged one.
  Database(const std::filesystem::path& path, Access access,
           std::string restore = "Run `trigloop registry verify`, and restore a backup (docs/registry.md)");
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  const std::filesystem::path& path() const noexcept { return path_; }

  template <class... Values>
  Query query(std::string_view sql, const Values&... values) {
    return bound(sql, std::vector<Value>{as_value(values)...});
  }
  /// Runs a statement without results.
  template <class... Values>
  void run(std::string_view sql, const Values&... values) {
    query(sql, values...).next();
  }
  Query bound(std::string_view sql, const std::vector<Value>& values);
  /// Several statements, separated by semicolons.
  void script(const std::string& sql);
  /// The first column of the first row; nothing if there is no row or it is NULL.
  template <class... Values>
  std::optional<std::int64_t> integer(std::string_view sql, const Values&... values) {
    Query q = query(sql, values...);
    return q.next() && !q.is_null(0) ? std::optional(q.integer(0)) : std::nullopt;
  }
  template <class... Values>
  std::optional<std::string> text(std::string_view sql, const Values&... values) {
    Query q = query(sql, values...);
    return q.next() && !q.is_null(0) ? std::optional(q.text(0)) : std::nullopt;
  }
  /// Rows that the last statement changed.
  int changes() const;

 private:
  friend class Query;
  friend class Transaction;
  static Value as_value(std::monostate) { return {}; }
  static Value as_value(double v) { return v; }
  static Value as_value(std::string_view v) { return std::string(v); }
  static Value as_value(const std::string& v) { return v; }
  static Value as_value(const char* v) { return std::string(v); }
  static Value as_value(const Value& v) { return v; }
  template <class T>
    requires std::is_integral_v<T>
  static Value as_value(T v) {
    return static_cast<std::int64_t>(v);
  }
  [[noreturn]] void fail(int status) const;

  std::filesystem::path path_;
  std::string restore_;
  sqlite3* handle_ = nullptr;
  int depth_ = 0;  ///< of nested transactions
  std::unordered_map<std::string, sqlite3_stmt*> idle_;
};

/// All or nothing, until commit; an inner one is part of the outer one.
class Transaction {
 public:
  explicit Transaction(Database& database);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  void commit();

 private:
  Database& database_;
  bool open_ = true;
};

}  // namespace trigloop::registry
