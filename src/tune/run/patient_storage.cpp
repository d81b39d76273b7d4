#include "tune/run/patient_storage.hpp"

#include <cerrno>
#include <thread>

#include "core/error.hpp"

namespace trigloop::tune {

void PatientStorage::update(const Decide& decide) {
  for (bool told = false;; told = true) {
    try {
      return storage_.update(decide);
    } catch (const core::Error& error) {
      const bool is_full = error.system_error() == ENOSPC || error.system_error() == EDQUOT;
      if (!is_full || options_.asked_to_stop()) throw;
      if (!told) options_.on_wait(error.what());
    }
    std::this_thread::sleep_for(options_.again);
  }
}

}  // namespace trigloop::tune
