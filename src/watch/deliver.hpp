#pragma once
// Alarms to whoever acts on them: a command that gets the alarm as JSON on its standard input, or a webhook
// (watch/webhook.hpp).
//
// At least once: an alarm counts as delivered when the command ends with 0, and is tried again at the next look if not.
// The number of those delivered is part of the watch's state; the key `reference`/`number` in the JSON lets a receiver
// drop the copy that a kill between delivery and commit may cause.
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "watch/alarm.hpp"

namespace trigloop::watch {

/// Runs `command` by /bin/sh with `input` on its standard input; its exit status, 128 + signal if it was killed, as it
/// is after `seconds`.
int run_with_input(const std::string& command, const std::string& input, unsigned seconds);

/// Delivers an alarm; what failed, or empty.
using Send = std::function<std::string(const Alarm&)>;
/// By run_with_input, half a minute at most.
Send by_command(std::string command);

/// Delivers alarms from number `delivered` on, in order, until one fails. How many are delivered afterwards; what
/// failed, if something did, becomes another line of `failure`.
std::uint64_t deliver(const std::vector<Alarm>& alarms, std::uint64_t delivered, const Send& send,
                      std::string& failure);

}  // namespace trigloop::watch
