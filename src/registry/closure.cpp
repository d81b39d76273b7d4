#include "registry/closure.hpp"

namespace trigloop::registry {
namespace {

// `UNION`, not `UNION ALL`: what was reached is not walked again, so loops end.
constexpr std::string_view closure_sql = R"sql(
WITH RECURSIVE origin(id) AS (
  SELECT value FROM json_each(?1)
  UNION SELECT other.artifact FROM origin
    JOIN link AS made ON made.artifact=origin.id AND made.output=1
    JOIN link AS other ON other.run=made.run),
needed(id) AS (
  SELECT id FROM origin
  UNION SELECT linked.artifact FROM origin
    JOIN artifact AS model ON model.id=origin.id AND model.kind='model'
    JOIN link AS used ON used.artifact=model.id AND used.output=0
    JOIN link AS result ON result.run=used.run AND result.output=1
    JOIN artifact AS report ON report.id=result.artifact AND report.kind='report'
    JOIN link AS linked ON linked.run=used.run
  UNION SELECT other.artifact FROM needed
    JOIN link AS made ON made.artifact=needed.id AND made.output=1
    JOIN link AS other ON other.run=made.run)
SELECT id FROM needed
)sql";

constexpr std::string_view runs_sql = R"sql(
WITH inside(id) AS MATERIALIZED (SELECT value FROM json_each(?1))
SELECT run FROM link GROUP BY run HAVING sum(artifact NOT IN (SELECT id FROM inside))=0
)sql";

std::vector<std::string> ids_of(Registry& registry, std::string_view sql, std::span<const std::string> given) {
  std::vector<std::string> ids;
  Query row = registry.database().query(sql, to_json(given));
  while (row.next()) ids.push_back(row.text(0));
  return ids;
}

}  // namespace

std::vector<std::string> closure(Registry& registry, std::span<const std::string> roots) {
  return ids_of(registry, closure_sql, roots);
}

std::vector<std::string> runs_within(Registry& registry, std::span<const std::string> artifacts) {
  return ids_of(registry, runs_sql, artifacts);
}

}  // namespace trigloop::registry
