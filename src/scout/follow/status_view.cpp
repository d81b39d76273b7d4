// The view of a status on a terminal.
#include <fmt/format.h>

#include "core/text.hpp"
#include "scout/follow/status.hpp"
#include "scout/follow/utc.hpp"

namespace trigloop::scout {
namespace {

/// "45 s", "12 min", "3.5 h", "2.1 days".
std::string span_text(double seconds) {
  if (seconds < 120) return fmt::format("{:.0f} s", seconds);
  if (seconds < 2 * 3600) return fmt::format("{:.0f} min", seconds / 60);
  if (seconds < 48 * 3600) return fmt::format("{:.1f} h", seconds / 3600);
  return fmt::format("{:.1f} days", seconds / 86400);
}

/// Rate "1.23 M", "4.5 k", "0.07".
std::string rate_text(double rate) {
  if (rate >= 1e6) return fmt::format("{:.2f} M", rate * 1e-6);
  if (rate >= 1e3) return fmt::format("{:.2f} k", rate * 1e-3);
  return fmt::format("{:.2f}", rate);
}

class View {
 public:
  explicit View(bool colours) : colours_(colours) {}

  void line(const char* label, const std::string& content, const char* colour = nullptr) {
    const bool painted = colours_ && colour != nullptr;
    text_ += fmt::format("{:<13} {}{}{}\n", label, painted ? colour : "", content, painted ? "\033[0m" : "");
  }
  std::string take() { return std::move(text_); }

 private:
  bool colours_;
  std::string text_;
};

constexpr const char* red = "\033[31m";
constexpr const char* yellow = "\033[33m";
constexpr const char* green = "\033[32m";

void show_inputs(View& view, const Status& s) {
  std::string counts;
  for (std::size_t i = 0; i < input_states; ++i)
    counts += fmt::format("{}{} {}", i == 0 ? "" : ", ", name_of(static_cast<InputState>(i)), s.inputs[i]);
  view.line("inputs", counts);
  if (!s.folder_present) view.line("", s.folder + " is not there", red);
  for (const std::string& name : s.working) view.line("reading", core::escaped(name));
  view.line("backlog",
            fmt::format("{} inputs, {}, about {:.0f} lumisections; lag {}", s.backlog(),
                        core::human_bytes(s.backlog_bytes), s.backlog_lumisections, span_text(s.lag_seconds)));
}

void show_work(View& view, const Status& s) {
  std::string text = fmt::format("{} committed ({} incomplete), {} open", s.committed, s.incomplete, s.open);
  if (s.latest) text += fmt::format(", latest {}:{}", s.latest->run, s.latest->lumisection);
  view.line("lumisections", text);
  for (const StageStatus& stage : s.stages) {
    text = fmt::format("{:>9} /s", rate_text(stage.items_per_second));
    if (stage.events_per_second > 0) text += fmt::format(", {} events/s", rate_text(stage.events_per_second));
    if (stage.bytes_per_second > 0)
      text += fmt::format(", {}/s", core::human_bytes(static_cast<std::uint64_t>(stage.bytes_per_second)));
    text += fmt::format("; {} in all, {} busy", stage.total.items, span_text(stage.total.seconds));
    view.line(("  " + stage.name).c_str(), text);
  }
}

void show_machine(View& view, const Status& s) {
  for (const StoreStatus& store : s.stores)
    view.line(("  " + store.name).c_str(), fmt::format("{} in {} files", core::human_bytes(store.bytes), store.files));
  view.line("memory",
            fmt::format("{}, at most {} so far", core::human_bytes(s.resident_bytes), core::human_bytes(s.peak_bytes)));
  view.line("disk", fmt::format("{} free of {}", core::human_bytes(s.disk_free), core::human_bytes(s.disk_total)));
}

void show_trouble(View& view, const Status& s) {
  if (!s.pause.empty()) view.line("PAUSED", s.pause + ", since " + span_text(s.pause_seconds), red);
  if (const std::string losses = describe_losses(s); !losses.empty()) view.line("LOST", losses, red);
  for (const std::string& line : s.troubles) view.line("trouble", line, yellow);
}

}  // namespace

std::string describe_losses(const Status& s) {
  std::string text;
  if (s.lost_inputs > 0) {
    text = fmt::format("{}{:.0f} lumisections ({} inputs) lost in {:.1f} hours", s.lost_untold > 0 ? "about " : "",
                       s.lost_lumisections, s.lost_inputs, s.lost_hours);
  }
  if (s.expected_lost_inputs > 0) {
    text += fmt::format("{}{:.0f} more ({} inputs) will expire unread within {:.1f} hours at this speed",
                        text.empty() ? "about " : "; about ", s.expected_lost_lumisections, s.expected_lost_inputs,
                        s.expected_lost_hours);
  }
  return text;
}

std::string show_status(const Status& s, std::int64_t now, bool colours) {
  View view(colours);
  // A process that is gone cannot say so.
  const bool silent = s.state != "stopped" && now - s.updated > 60;
  std::string state = silent ? "silent (was " + s.state + ")" : s.state;
  state += fmt::format(", process {}, for {}; as of {} UTC", s.process,
                       span_text(static_cast<double>(s.updated - s.started)), utc_text(s.updated));
  view.line("scouting", state, silent ? red : s.state == "running" ? green : yellow);
  view.line("folder", core::escaped(s.folder));
  view.line("output", core::escaped(s.output));
  show_inputs(view, s);
  show_work(view, s);
  show_machine(view, s);
  show_trouble(view, s);
  return view.take();
}

}  // namespace trigloop::scout
