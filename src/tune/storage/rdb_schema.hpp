#pragma once
// The tables of Optuna's RDB storage, schema 12 (alembic v3.2.0.a), as Optuna 5 makes them in SQLite.
#include <string>

#include "registry/database.hpp"

namespace trigloop::tune {

/// Makes the tables in an empty database, in one transaction.
void create_schema(registry::Database& database);

/// Error: unsupported, if the database is not one of Optuna's with this schema.
void check_schema(registry::Database& database);

/// Whether times are local ones: Optuna before 5 wrote them so, and only the name of the version that made the file
/// tells.
bool has_local_times(registry::Database& database);

}  // namespace trigloop::tune
