#include "watch/alarm.hpp"

#include <fmt/format.h>

namespace trigloop::watch {

std::string alarm_text(const Alarm& alarm) {
  std::string text =
      fmt::format("ALARM {} at run {} LS {}: {}\n", alarm.number, alarm.at.run, alarm.at.lumisection, alarm.cause.text);
  text += fmt::format("  {}; evidence {:.3g} to 1; began at run {} LS {}{}\n", alarm.cause.kind, alarm.evidence,
                      alarm.since.run, alarm.since.lumisection,
                      alarm.sudden ? ", a sudden change (cut on one lumisection)" : "");
  for (const Finding& finding : alarm.findings) {
    text += fmt::format("  {} ({:.0f} nats)\n", words_of(finding), finding.evidence);
  }
  if (alarm.confirmations > 0) text += fmt::format("  confirmed {} times since\n", alarm.confirmations);
  return text;
}

}  // namespace trigloop::watch
