// trigloop scout run --input: what becomes of the inputs.
#include <ctime>
#include <iostream>

#include "app/scout/commands.hpp"
#include "io/any/any.hpp"
#include "scout/follow/trouble.hpp"

namespace trigloop::app {
namespace {

namespace fs = std::filesystem;

std::string key_of(const fs::path& path) { return fs::absolute(path).lexically_normal().native(); }

}  // namespace

BatchInputs::BatchInputs(const fs::path& output, const std::vector<fs::path>& inputs, bool consume)
    : quarantine_(output), consume_(consume) {
  for (const fs::path& path : inputs) {
    const std::string key = key_of(path);
    if (const auto seen = scout::sight("/", key.substr(1))) seen_.emplace(key, *seen);
  }
  for (const scout::QuarantineRecord& record : quarantine_.list()) quarantined_.insert(record.name);
}

void BatchInputs::done(const fs::path& input, const scout::Taken& taken) {
  const auto seen = seen_.find(key_of(input));
  if (seen == seen_.end()) return;
  const std::string& name = seen->second.name;
  if (quarantined_.erase(name) > 0) quarantine_.resolve(name);
  if (!consume_ || !taken.finished) return;
  const auto current = scout::sight("/", name);
  if (!current || !current->same_content(seen->second)) return;
  std::error_code failed;
  io::remove(input, failed);
  if (failed) std::cerr << "trigloop: " << input.native() << ": cannot remove: " << failed.message() << '\n';
}

void BatchInputs::failed(const core::Error& error) {
  std::cerr << "trigloop: " << error.what() << '\n';
  fs::path path = key_of(error.file_name());
  while (!seen_.contains(path) && path.has_relative_path())
    path = path.parent_path();  // a store, of which it is a file
  const auto seen = seen_.find(path);
  if (seen == seen_.end() || scout::trouble_of(error) != scout::Trouble::content) return;
  quarantine_.add(scout::quarantine_record("/", seen->second, {}, error, std::time(nullptr)), false);
  quarantined_.insert(seen->second.name);
}

}  // namespace trigloop::app
