#pragma once
// What becomes of a trial that did not end by itself.
#include <vector>

#include "tune/storage/storage.hpp"

namespace trigloop::tune {

/// Why a trial stopped.
enum class Interrupted : std::uint8_t { saved, failed, worker_died };

/// Sets the trial waiting, without an owner; or failed with `reason`, if it has failed or lost its worker more than
/// `retries` times. To be saved costs nothing.
std::vector<Operation> release(const Trial& trial, Interrupted why, const std::string& reason, unsigned retries);

/// The reason of a trial's last failure (its user attribute "error"); "" if it has none.
std::string error_of(const Trial& trial);

}  // namespace trigloop::tune
