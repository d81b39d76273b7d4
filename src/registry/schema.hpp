#pragma once
// The tables, their versions, and the seal of every row.
//
// SQLite notices broken pages, but believes any bytes within them. So each row ends with a seal: the SHA-256 of its
// table's name and values (half of it). What changes without this program is found by `verify`, to the bit.
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "registry/database.hpp"

namespace trigloop::registry {

/// The version that this program writes.
int schema_version() noexcept;

/// The migrations: the first makes an empty database version 1, the next brings version 1 to 2, and so on.
std::span<const std::string_view> migrations() noexcept;

/// Brings an empty or older database to the newest version, all or nothing, and whoever comes second finds it done.
/// Errors: unsupported, if it is newer than this program; damaged, if it is not a registry.
void migrate(Database& database, std::span<const std::string_view> steps = migrations());
/// The same check without any change. An older version is an error, too: it says who brings it up to date.
void check_version(Database& database);

std::string seal(std::string_view table, std::span<const Value> values);

/// Tables whose rows end with a seal.
std::span<const std::string_view> sealed_tables() noexcept;

/// Adds a row with its seal; `replace_row` takes the place of one with the same key.
void insert_row(Database& database, std::string_view table, std::vector<Value> values);
void replace_row(Database& database, std::string_view table, std::vector<Value> values);

}  // namespace trigloop::registry
