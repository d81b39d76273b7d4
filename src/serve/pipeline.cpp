#include "serve/pipeline.hpp"

#include "core/error.hpp"
#include "core/file.hpp"
#include "core/json_writer.hpp"
#include "scout/follow/quarantine.hpp"

namespace trigloop::serve {
namespace {

constexpr std::uint64_t most_status_bytes = 16 << 20;

/// "" where there is none.
std::string status_text(const std::filesystem::path& output) {
  try {
    return core::read_text(output / "status.json", most_status_bytes);
  } catch (const core::Error& e) {
    if (e.code() == core::ErrorCode::not_found) return "";
    throw;
  }
}

scout::Status parsed(const std::string& text, const std::filesystem::path& output) {
  try {
    return scout::parse_status(text);
  } catch (core::Error& e) {
    e.file((output / "status.json").native());
    throw;
  }
}

double real(std::uint64_t count) { return static_cast<double>(count); }

void add_stages(Metrics& metrics, const scout::Status& status) {
  const auto each = [&](const auto& of) {
    for (const scout::StageStatus& stage : status.stages) metrics.sample(of(stage), {{"stage", stage.name}});
  };
  metrics.counter("scout_items_total", "Inputs, or lumisections for the stage commit, that passed a stage.");
  each([](const auto& stage) { return real(stage.total.items); });
  metrics.counter("scout_events_total", "Events that passed a stage.");
  each([](const auto& stage) { return real(stage.total.events); });
  metrics.counter("scout_bytes_total", "Bytes that passed a stage.");
  each([](const auto& stage) { return real(stage.total.bytes); });
  metrics.counter("scout_busy_seconds_total", "Time that a stage worked.");
  each([](const auto& stage) { return stage.total.seconds; });
}

void add_backlog(Metrics& metrics, const scout::Status& status) {
  metrics.gauge("scout_inputs", "Inputs by what is known of them.");
  for (std::size_t i = 0; i < scout::input_states; ++i)
    metrics.sample(real(status.inputs[i]), {{"state", scout::name_of(static_cast<scout::InputState>(i))}});
  metrics.gauge("scout_backlog_bytes", "Bytes of inputs that wait.").sample(real(status.backlog_bytes));
  metrics.gauge("scout_lag_seconds", "Age of the oldest input that is not committed.").sample(status.lag_seconds);
  metrics.counter("scout_lumisections_total", "Lumisections committed.").sample(real(status.committed));
  metrics.counter("scout_incomplete_lumisections_total", "Lumisections committed without some of their inputs.")
      .sample(real(status.incomplete));
  metrics.counter("scout_lost_inputs_total", "Inputs that vanished before they were read.")
      .sample(real(status.lost_inputs));
  metrics.counter("scout_pauses_total", "Times that the stream waited for the machine.").sample(real(status.pauses));
  metrics.gauge("scout_paused", "1 while the stream waits for the machine.").sample(status.pause.empty() ? 0 : 1);
}

}  // namespace

std::string pipeline_json(const std::filesystem::path& output) {
  const std::string text = status_text(output);
  if (!text.empty()) parsed(text, output);  // what is passed on is whole
  core::JsonWriter json;
  json.begin_object().key("status").raw(text.empty() ? "null" : text).key("quarantine").begin_array();
  for (const scout::QuarantineRecord& record : scout::Quarantine(output).list()) {
    json.begin_object().member("name", record.name).member("at", record.at).member("message", record.message);
    json.member("bytes", record.bytes).end_object();
  }
  json.end_array().end_object();
  return json.text();
}

void retry_quarantined(const std::filesystem::path& output, const std::string& name) {
  scout::Quarantine quarantine(output);
  bool found = false;
  for (const scout::QuarantineRecord& record : quarantine.list()) {
    if (record.name != name) continue;
    quarantine.lift(record);
    found = true;
  }
  if (!found) throw core::Error(core::ErrorCode::not_found, "'" + core::escaped(name) + "' is not in quarantine");
}

void add_pipeline(Metrics& metrics, const scout::Status& status) {
  add_stages(metrics, status);
  add_backlog(metrics, status);
  metrics.gauge("scout_status_timestamp_seconds", "When the tracker last wrote.").sample(double(status.updated));
  metrics.gauge("scout_resident_memory_bytes", "Memory of the scouting process.").sample(real(status.resident_bytes));
  metrics.gauge("scout_disk_free_bytes", "Free space of the output's disk.").sample(real(status.disk_free));
  metrics.gauge("scout_store_bytes", "Sizes of stores.");
  for (const scout::StoreStatus& store : status.stores) metrics.sample(real(store.bytes), {{"store", store.name}});
}

std::optional<scout::Status> read_status(const std::filesystem::path& output) {
  const std::string text = status_text(output);
  if (text.empty()) return std::nullopt;
  return parsed(text, output);
}

}  // namespace trigloop::serve
